// SPDX-License-Identifier: Apache-2.0
// A small server over llama.cpp that speaks OpenAI's API, and Ollama's: node serve.mjs MODEL.gguf [PATH-OF-SOCKET]. Prints its port when it
// listens; until the model is loaded it answers 503, as engines do.
import http from "node:http"
import path from "node:path"
import {getLlama} from "node-llama-cpp"

const [file, socket] = process.argv.slice(2)
const name = path.basename(file, ".gguf")
let model // none while it loads
let context

const now = () => Math.floor(Date.now() / 1000)
const text = (content) => (typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join(""))
const prompt = (messages) =>
    messages.map(({role, content}) => `<|im_start|>${role}\n${text(content)}<|im_end|>\n`).join("") + "<|im_start|>assistant\n"

class Refusal extends Error {
    constructor(status, type, message, more = {}) {
        super(message)
        this.status = status
        this.body = {error: {code: status, type, message, ...more}}
    }
}

// Tokens of an answer as text, one by one, until the model ends, the limit is met or the caller is gone.
async function* speak(tokens, limit, call, gone, usage) {
    const sequence = context.getSequence()
    const said = []
    try {
        for await (const token of sequence.evaluate(tokens, {temperature: call.temperature ?? 0.8, seed: call.seed ?? 1})) {
            if (gone.aborted) return "gone"
            usage.completion_tokens++
            if (model.isEogToken(token)) return "stop"
            said.push(token)
            yield model.detokenize([token], false, said.slice(0, -1))
            if (said.length >= limit) return "length"
        }
        return "stop"
    } finally {
        sequence.dispose()
    }
}

function begin(call) {
    const tokens = model.tokenize(prompt(call.messages), true)
    if (tokens.length >= context.contextSize)
        throw new Refusal(400, "exceed_context_size_error", `request (${tokens.length} tokens) exceeds the available context size (${context.contextSize} tokens), try increasing it`,
            {n_prompt_tokens: tokens.length, n_ctx: context.contextSize})
    const limit = Math.min(call.max_completion_tokens ?? call.max_tokens ?? 64, context.contextSize - tokens.length)
    return {tokens, limit, usage: {prompt_tokens: tokens.length, completion_tokens: 0}}
}

const base = (object) => ({id: `chatcmpl-${process.pid}`, object, created: now(), model: name, system_fingerprint: "llama.cpp"})
const total = (usage) => ({...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens})

async function whole(call, gone) {
    const {tokens, limit, usage} = begin(call)
    const words = speak(tokens, limit, call, gone, usage)
    let content = ""
    for (;;) {
        const {done, value} = await words.next()
        if (done) return {...base("chat.completion"), choices: [{index: 0, message: {role: "assistant", content}, finish_reason: value}], usage: total(usage)}
        content += value
    }
}

async function stream(call, gone, reply) {
    const {tokens, limit, usage} = begin(call)
    const event = (choices, more) => reply.write(`data: ${JSON.stringify({...base("chat.completion.chunk"), choices, ...more})}\n\n`)
    const words = speak(tokens, limit, call, gone, usage)
    reply.writeHead(200, {"content-type": "text/event-stream"})
    event([{index: 0, delta: {role: "assistant", content: null}, finish_reason: null}])
    for (;;) {
        const {done, value} = await words.next()
        if (done && value === "gone") return
        event([{index: 0, delta: done ? {} : {content: value}, finish_reason: done ? value : null}])
        if (done) break
    }
    if (call.stream_options?.include_usage) event([], {usage: total(usage)})
    reply.end("data: [DONE]\n\n")
}

// The same in Ollama's words: lines of JSON, the last of which has the counts.
async function lines(call, gone, reply, json) {
    const plain = {messages: call.messages, max_tokens: call.options?.num_predict, temperature: call.options?.temperature, seed: call.options?.seed}
    const {tokens, limit, usage} = begin(plain)
    const line = (content, more) => ({model: name, created_at: new Date().toISOString(), message: {role: "assistant", content}, done: false, ...more})
    const words = speak(tokens, limit, plain, gone, usage)
    let content = ""
    if (call.stream !== false) reply.writeHead(200, {"content-type": "application/x-ndjson"})
    for (;;) {
        const {done, value} = await words.next()
        if (done && value === "gone") return
        const end = done ? {done: true, done_reason: value, prompt_eval_count: usage.prompt_tokens, eval_count: usage.completion_tokens} : {}
        content += done ? "" : value
        if (call.stream !== false) reply.write(JSON.stringify(line(done ? "" : value, end)) + "\n")
        else if (done) return json(200, line(content, end))
        if (done) return reply.end()
    }
}

async function read(request) {
    const pieces = []
    for await (const piece of request) pieces.push(piece)
    return JSON.parse(Buffer.concat(pieces).toString())
}

const cancelled = {count: 0}
async function serve(request, reply) {
    const json = (status, body) => reply.writeHead(status, {"content-type": "application/json"}).end(JSON.stringify(body))
    const gone = new AbortController()
    reply.on("close", () => {
        if (!reply.writableFinished) cancelled.count++, gone.abort()
    })
    try {
        if (!model) throw new Refusal(503, "unavailable_error", "Loading model")
        const {pathname} = new URL(request.url, "http://engine")
        if (pathname === "/health") return json(200, {status: "ok"})
        if (pathname === "/cancelled") return json(200, cancelled)
        if (pathname === "/props") return json(200, {total_slots: 4, model_path: file, model_alias: name, build_info: "node-llama-cpp"})
        if (pathname === "/v1/models") return json(200, {object: "list", data: [{id: name, object: "model", created: now(), owned_by: "llamacpp"}]})
        if (pathname === "/api/version") return json(200, {version: "0.0.0-llama.cpp"})
        if (pathname === "/api/tags") return json(200, {models: [{name: `${name}:latest`, model: `${name}:latest`}]})
        if (pathname === "/api/chat") return await lines(await read(request), gone.signal, reply, json)
        if (pathname !== "/v1/chat/completions") throw new Refusal(404, "not_found_error", "File Not Found")
        const call = await read(request)
        await (call.stream ? stream(call, gone.signal, reply) : whole(call, gone.signal).then((answer) => json(200, answer)))
    } catch (error) {
        if (reply.headersSent) return reply.destroy()
        json(error.status ?? 500, error.body ?? {error: {code: 500, type: "server_error", message: String(error)}})
    }
}

const server = http.createServer(serve)
server.listen(socket ? {path: socket} : {port: 0, host: "127.0.0.1"}, () => console.log(JSON.stringify({port: server.address().port ?? 0})))
const llama = await getLlama({build: "never", skipDownload: true, gpu: false, maxThreads: 1, logLevel: "error"})
const loaded = await llama.loadModel({modelPath: file})
context = await loaded.createContext({contextSize: 2048, sequences: 4})
model = loaded
