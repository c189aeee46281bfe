// SPDX-License-Identifier: Apache-2.0
// One call for each vendor's SDK, way and drill, all at once, each SDK with its own settings for trying again. A drill is the user
// as whom the proxy is asked. Prints one JSON: {"SDK": {"DRILL WAY": what its user sees}}.
//   node drills.mjs DRILL[=SDK,SDK]...
import { AsyncLocalStorage } from 'node:async_hooks';
import { ProxyAgent, fetch } from 'undici';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import { Ollama } from 'ollama';
import * as aws from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { generateText, streamText } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatOpenAI } from '@langchain/openai';

globalThis.AI_SDK_LOG_WARNINGS = false; // they would stand among the JSON

// Which drill a call is of, and how often it went out.
const drill = new AsyncLocalStorage();
globalThis.fetch = (input, init) => {
  const one = drill.getStore();
  one.calls++;
  return fetch(input, { ...init, dispatcher: one.agent });
};
const agentOf = (name) => new ProxyAgent({ uri: process.env.HTTPS_PROXY, token: `Basic ${Buffer.from(`${name}:secret`).toString('base64')}` });

const messages = [{ role: 'user', content: 'hi' }];
const openai = new OpenAI({ apiKey: 'sk-vendor-secret', fetch: (...all) => globalThis.fetch(...all) });
const anthropic = new Anthropic({ apiKey: 'sk-vendor-secret', fetch: (...all) => globalThis.fetch(...all) });
const gemini = new GoogleGenAI({ apiKey: 'vendor-secret' });
const plainly = (input, init) => (init === undefined && input.url ? [input.url, { method: input.method, headers: [...input.headers], body: input.body, duplex: 'half' }] : [input, init]);
const mistral = new Mistral({ apiKey: 'vendor-secret', httpClient: new HTTPClient({ fetcher: (...all) => globalThis.fetch(...plainly(...all)) }) });
const cohere = new CohereClientV2({ token: 'vendor-secret' });
const ollama = new Ollama({ host: 'https://ollama.com', fetch: (...all) => globalThis.fetch(...all) });

const ai = createOpenAI({ apiKey: 'sk-vendor-secret', fetch: (...all) => globalThis.fetch(...all) });
// By itself it would try six times more, and wait longer each time.
const langchain = new ChatOpenAI({ model: 'm', apiKey: 'sk-vendor-secret', maxRetries: 1, configuration: { fetch: (...all) => globalThis.fetch(...all) } });

function bedrock(one) {
  const handler = new NodeHttpHandler({ httpsAgent: new HttpsProxyAgent(process.env.HTTPS_PROXY.replace('//', `//${one.name}:secret@`)) });
  return new aws.BedrockRuntimeClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAVENDORSECRET', secretAccessKey: 'vendor-secret' },
    requestHandler: { ...handler, handle: (...all) => (one.calls++, handler.handle(...all)), metadata: handler.metadata },
  });
}

const turn = { modelId: 'm', messages: [{ role: 'user', content: [{ text: 'hi' }] }] };
// SDK -> [a whole answer's text, the texts of a stream]
const ways = {
  openai: [
    async () => (await openai.chat.completions.create({ model: 'm', messages })).choices[0].message.content,
    async function* () { for await (const one of await openai.chat.completions.create({ model: 'm', messages, stream: true })) yield one.choices[0]?.delta?.content; },
  ],
  anthropic: [
    async () => (await anthropic.messages.create({ model: 'm', max_tokens: 9, messages })).content[0].text,
    async function* () { for await (const one of await anthropic.messages.create({ model: 'm', max_tokens: 9, messages, stream: true })) yield one.delta?.text; },
  ],
  gemini: [
    async () => (await gemini.models.generateContent({ model: 'm', contents: 'hi' })).text,
    async function* () { for await (const one of await gemini.models.generateContentStream({ model: 'm', contents: 'hi' })) yield one.text; },
  ],
  mistral: [
    async () => (await mistral.chat.complete({ model: 'm', messages })).choices[0].message.content,
    async function* () { for await (const one of await mistral.chat.stream({ model: 'm', messages })) yield one.data.choices[0].delta.content; },
  ],
  cohere: [
    async () => (await cohere.chat({ model: 'm', messages })).message.content[0].text,
    async function* () { for await (const one of await cohere.chatStream({ model: 'm', messages })) yield one.delta?.error ? Promise.reject(Object.assign(new Error(one.delta.error), { name: 'message-end ERROR' })) : one.delta?.message?.content?.text; },
  ],
  ollama: [
    async () => (await ollama.chat({ model: 'm', messages })).message.content,
    async function* () { for await (const one of await ollama.chat({ model: 'm', messages, stream: true })) yield one.message.content; },
  ],
  ai: [
    async () => (await generateText({ model: ai.chat('m'), prompt: 'hi' })).text,
    async function* () {
      for await (const part of streamText({ model: ai.chat('m'), prompt: 'hi', onError: () => {} }).fullStream) {
        if (part.type === 'error') throw part.error instanceof Error ? part.error : Object.assign(new Error(part.error.message ?? part.error.error?.message), { name: 'error part' });
        if (part.type === 'text-delta') yield part.text;
      }
    },
  ],
  langchain: [
    async () => (await langchain.invoke('hi')).text,
    async function* () { for await (const piece of await langchain.stream('hi')) yield piece.text; },
  ],
  bedrock: [
    async (one) => (await bedrock(one).send(new aws.ConverseCommand(turn))).output.message.content[0].text,
    async function* (one) { for await (const event of (await bedrock(one).send(new aws.ConverseStreamCommand(turn))).stream) yield event.contentBlockDelta?.delta?.text; },
  ],
};

async function textOf([whole, stream], way, one) {
  if (way === 'whole') return whole(one);
  for await (const text of stream(one)) one.text += text ?? '';
  return one.text;
}

const statusOf = (failure) => failure.status ?? failure.statusCode ?? failure.lastError?.statusCode ?? failure.status_code ?? failure.$metadata?.httpStatusCode ?? null;
const wordsOf = ({ body, message }) => (body === undefined ? message : typeof body === 'string' ? body : JSON.stringify(body));
const nameOf = (failure) => (failure.name === 'Error' || failure.name === undefined ? failure.constructor.name : failure.name);

async function go(sdk, name, way, found) {
  const one = { name, calls: 0, text: '', agent: agentOf(name) };
  const seen = (found[sdk] ??= {});
  await drill.run(one, async () => {
    try {
      seen[`${name} ${way}`] = { answer: await textOf(ways[sdk], way, one), calls: one.calls };
    } catch (failure) {
      const type = failure.constructor.name === 'Error' || failure.constructor.name === 'TypeError' ? nameOf(failure) : failure.constructor.name;
      seen[`${name} ${way}`] = { failure: type, status: statusOf(failure), calls: one.calls, before: one.text, message: wordsOf(failure).slice(0, 400) };
    }
  });
}

const found = {};
const all = [];
for (const [name, only] of process.argv.slice(2).map((word) => word.split('=')))
  for (const sdk of only?.split(',') ?? Object.keys(ways)) for (const way of ['whole', 'stream']) all.push(go(sdk, name, way, found));
await Promise.all(all);
// Agents keep their connections; a pipe takes 64 KiB at once, and the rest when it is read.
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
