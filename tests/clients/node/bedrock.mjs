// SPDX-License-Identifier: Apache-2.0
// AWS's SDK as an application uses it, over HTTP/1.1. Prints one JSON object.
//   node bedrock.mjs converse|stream|tools|streamed_tools|image|format|count|guarded|guardrail|claude|claude_stream|llama|titan|vectors
import * as bedrock from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpsProxyAgent } from 'https-proxy-agent';

let requests = 0;
const handler = new NodeHttpHandler({ httpsAgent: new HttpsProxyAgent(process.env.HTTPS_PROXY) });
const client = new bedrock.BedrockRuntimeClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIAVENDORSECRET', secretAccessKey: 'vendor-secret', sessionToken: 'session-secret' },
  requestHandler: { ...handler, handle: (...all) => (requests++, handler.handle(...all)), metadata: handler.metadata },
});
const modelId = 'eu.anthropic.claude-sonnet-v1:0';
const messages = [{ role: 'user', content: [{ text: 'hi' }] }];
const toolConfig = { tools: [{ toolSpec: { name: 'look', description: 'Looks.', inputSchema: { json: { type: 'object' } } } }], toolChoice: { any: {} } };
const say = (name, input) => client.send(new bedrock[`${name}Command`](input));

async function eventsOf(stream) {
  const all = [];
  for await (const event of stream) all.push(event);
  return all;
}

const spoken = (body) => new TextDecoder().decode(body);
const invoke = async (id, body) => JSON.parse(spoken((await say('InvokeModel', { modelId: id, contentType: 'application/json', body: JSON.stringify(body) })).body));
const claude = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] };

const calls = {
  converse: async () => {
    const answer = await say('Converse', { modelId, messages, system: [{ text: 'Be brief.' }], inferenceConfig: { maxTokens: 64, temperature: 0.5 } });
    return { content: answer.output.message.content, stop: answer.stopReason, usage: answer.usage, request: answer.$metadata.requestId };
  },
  profile: async () => {
    const answer = await say('Converse', { modelId: 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude', messages });
    return { content: answer.output.message.content };
  },
  stream: async () => {
    const events = await eventsOf((await say('ConverseStream', { modelId, messages })).stream);
    return { kinds: events.map((one) => Object.keys(one)[0]), text: events.map((one) => one.contentBlockDelta?.delta.text ?? '').join(''), usage: events.at(-1).metadata?.usage };
  },
  tools: async () => {
    const first = await say('Converse', { modelId, messages, toolConfig });
    const call = first.output.message.content[0].toolUse;
    const result = { toolResult: { toolUseId: call.toolUseId, content: [{ json: { found: 1 } }] } };
    await say('Converse', { modelId, messages: [...messages, first.output.message, { role: 'user', content: [result, { text: 'so?' }] }], toolConfig });
    return { call, stop: first.stopReason };
  },
  streamed_tools: async () => {
    const events = await eventsOf((await say('ConverseStream', { modelId, messages, toolConfig })).stream);
    const start = events.find((one) => one.contentBlockStart).contentBlockStart.start.toolUse;
    return { name: start.name, id: start.toolUseId, input: events.map((one) => one.contentBlockDelta?.delta.toolUse?.input ?? '').join(''), stop: events.find((one) => one.messageStop).messageStop.stopReason };
  },
  image: async () => ({ content: (await say('Converse', { modelId, messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: Buffer.from('iVBORw0KGgo=', 'base64') } } }] }] })).output.message.content }),
  format: async () => {
    const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'a', schema: '{"type":"object"}' } } } };
    return { content: (await say('Converse', { modelId, messages, outputConfig })).output.message.content };
  },
  count: async () => ({ tokens: (await say('CountTokens', { modelId, input: { converse: { messages } } })).inputTokens }),
  guarded: async () => say('Converse', { modelId, messages, guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } }),
  guardrail: async () => say('ApplyGuardrail', { guardrailIdentifier: 'g', guardrailVersion: '1', source: 'INPUT', content: [{ text: { text: 'a' } }] }),
  claude: async () => ({ content: (await invoke('anthropic.claude-v2', claude)).content }),
  claude_stream: async () => {
    const answer = await say('InvokeModelWithResponseStream', { modelId: 'anthropic.claude-v2', contentType: 'application/json', body: JSON.stringify(claude) });
    const events = (await eventsOf(answer.body)).map((one) => JSON.parse(spoken(one.chunk.bytes)));
    return { kinds: events.map((one) => one.type), text: events.map((one) => one.delta?.text ?? '').join('') };
  },
  llama: async () => invoke('meta.llama3-8b-instruct-v1:0', { prompt: 'hi', max_gen_len: 64 }),
  titan: async () => invoke('amazon.titan-text-express-v1', { inputText: 'hi' }),
  vectors: async () => invoke('amazon.titan-embed-text-v2:0', { inputText: 'hi', dimensions: 256 }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.name, status: failure.$metadata?.httpStatusCode, message: failure.message, request: failure.$metadata?.requestId, requests }));
}
