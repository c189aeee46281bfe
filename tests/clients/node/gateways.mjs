// SPDX-License-Identifier: Apache-2.0
// Libraries that stand before the vendors' SDKs, each with its providers, as an application uses them: a text, a stream, a call of a
// tool, an object by a schema, a context that is full, all at once. Prints one JSON: {"LIBRARY PROVIDER": {"CASE": what came}}.
//   node gateways.mjs
import './surroundings.mjs';

const { generateText, streamText, generateObject, tool } = await import('ai');
const { z } = await import('zod');
const { createOpenAI } = await import('@ai-sdk/openai');
const { createAnthropic } = await import('@ai-sdk/anthropic');
const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
const { createMistral } = await import('@ai-sdk/mistral');
const { createCohere } = await import('@ai-sdk/cohere');
const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
const { createAzure } = await import('@ai-sdk/azure');
const { ChatOpenAI } = await import('@langchain/openai');
const { ChatAnthropic } = await import('@langchain/anthropic');
const { ChatGoogleGenerativeAI } = await import('@langchain/google-genai');
const { ChatMistralAI } = await import('@langchain/mistralai');
const { ChatCohere } = await import('@langchain/cohere');
const { ChatBedrockConverse } = await import('@langchain/aws');
const { AnthropicVertex } = await import('@anthropic-ai/vertex-sdk');
const { NodeHttpHandler } = await import('@smithy/node-http-handler');
const { HttpsProxyAgent } = await import('https-proxy-agent');

const apiKey = 'vendor-secret';
const keys = { region: 'eu-central-1', credentials: { accessKeyId: 'AKIAVENDORSECRET', secretAccessKey: apiKey } };
const place = z.object({ url: z.string() });
const shape = z.object({ a: z.string() });
const named = (failure) => ({ failure: failure.constructor.name, status: failure.statusCode ?? failure.status ?? failure.$metadata?.httpStatusCode ?? null, message: String(failure.message).slice(0, 300) });

// --- the AI SDK ---------------------------------------------------------------------------------------------------------

const amazon = createAmazonBedrock({ region: keys.region, ...keys.credentials });
const models = {
  'ai openai': createOpenAI({ apiKey }).chat,
  'ai anthropic': createAnthropic({ apiKey }),
  'ai google': createGoogleGenerativeAI({ apiKey }),
  'ai mistral': createMistral({ apiKey }),
  'ai cohere': createCohere({ apiKey }),
  'ai amazon-bedrock': amazon,
  'ai azure': createAzure({ apiKey, resourceName: 'shop' }).chat,
};

const ofAi = (model) => ({
  text: async () => (await generateText({ model: model('m'), system: 'Be brief.', prompt: 'hi', maxOutputTokens: 64 })).text,
  stream: async () => {
    let text = '';
    const stream = streamText({ model: model('m'), prompt: 'hi', onError: () => {} });
    for await (const part of stream.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') text += part.text;
    }
    return text;
  },
  tools: async () => (await generateText({ model: model('m'), prompt: 'hi', tools: { look: tool({ description: 'Looks.', inputSchema: place }) } })).toolCalls.map((call) => [call.toolName, call.input]),
  schema: async () => (await generateObject({ model: model('m'), prompt: 'hi', schema: shape })).object,
  full: async () => (await generateText({ model: model('full'), prompt: 'hi' })).text,
});

// --- LangChain ------------------------------------------------------------------------------------------------------------

const handler = () => new NodeHttpHandler({ httpsAgent: new HttpsProxyAgent(process.env.HTTPS_PROXY) });
const chains = {
  'langchain openai': (model) => new ChatOpenAI({ model, apiKey }),
  'langchain anthropic': (model) => new ChatAnthropic({ model, apiKey }),
  'langchain google-genai': (model) => new ChatGoogleGenerativeAI({ model, apiKey }),
  'langchain mistralai': (model) => new ChatMistralAI({ model, apiKey }),
  'langchain aws': (model) => new ChatBedrockConverse({ model, ...keys, clientOptions: { ...keys, requestHandler: handler() } }),
  'langchain cohere': (model) => new ChatCohere({ model, apiKey }),
};

const ofLangchain = (make) => ({
  text: async () => (await make('m').invoke([['system', 'Be brief.'], ['human', 'hi']])).text,
  stream: async () => {
    let text = '';
    for await (const piece of await make('m').stream('hi')) text += piece.text;
    return text;
  },
  tools: async () => (await make('m').bindTools([{ name: 'look', description: 'Looks.', schema: place }]).invoke('hi')).tool_calls.map((call) => [call.name, call.args]),
  schema: async () => make('m').withStructuredOutput(shape, { name: 'answer' }).invoke('hi'),
  full: async () => (await make('full').invoke('hi')).text,
});

// --- Anthropic at Vertex AI ---------------------------------------------------------------------------------------------

const vertex = new AnthropicVertex({ region: 'europe-west1', projectId: 'shop', fetch, authClient: { projectId: 'shop', getRequestHeaders: async () => new Headers({ authorization: `Bearer ${apiKey}` }) } });
const base = { model: 'm', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] };
const look = { name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: { url: { type: 'string' } } } };
const ofVertex = {
  text: async () => (await vertex.messages.create(base)).content[0].text,
  stream: async () => {
    let text = '';
    for await (const event of await vertex.messages.create({ ...base, stream: true })) text += event.delta?.text ?? '';
    return text;
  },
  tools: async () => (await vertex.messages.create({ ...base, tools: [look] })).content.map((block) => [block.name, block.input]),
  schema: async () => JSON.parse((await vertex.messages.create({ ...base, output_config: { format: { type: 'json_schema', schema: { type: 'object', properties: { a: { type: 'string' } } } } } })).content[0].text),
  full: async () => (await vertex.messages.create({ ...base, model: 'full' })).content[0].text,
};

const all = { 'vertex-sdk': ofVertex };
for (const [name, model] of Object.entries(models)) all[name] = ofAi(model);
// Its default is the responses API, whose events and items pass as the endpoint has them.
const { text, full } = ofAi(createOpenAI({ apiKey }));
all['ai openai-responses'] = { text, full };
for (const [name, make] of Object.entries(chains)) all[name] = ofLangchain(make);
const found = {};
await Promise.all(
  Object.entries(all).flatMap(([name, cases]) =>
    Object.entries(cases).map(async ([what, run]) => {
      const seen = (found[name] ??= {});
      try {
        seen[what] = await run();
      } catch (failure) {
        seen[what] = named(failure);
      }
    }),
  ),
);
// Agents keep their connections; a pipe takes 64 KiB at once, and the rest when it is read.
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
