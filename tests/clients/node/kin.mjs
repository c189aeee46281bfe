// SPDX-License-Identifier: Apache-2.0
// SDKs and providers of vendors that speak OpenAI's words with some of their own, as an application uses them, all at once: a text,
// a stream, its tokens, thoughts, a call of a tool in a stream, models, a ranking, what is refused, and a context that is full.
// Prints one JSON: {"SDK": {"CASE": what came}}.
//   node kin.mjs
import './surroundings.mjs';

const { generateText, rerank, streamText, tool } = await import('ai');
const { z } = await import('zod');
const { default: Groq } = await import('groq-sdk');
const { default: OpenAI } = await import('openai');
const { OpenRouter } = await import('@openrouter/sdk');
const { InferenceClient } = await import('@huggingface/inference');
const { default: Perplexity } = await import('@perplexity-ai/perplexity_ai');
const { createCohere } = await import('@ai-sdk/cohere');
const { createGroq } = await import('@ai-sdk/groq');
const { createDeepSeek } = await import('@ai-sdk/deepseek');
const { createXai } = await import('@ai-sdk/xai');
const { createPerplexity } = await import('@ai-sdk/perplexity');
const { createHuggingFace } = await import('@ai-sdk/huggingface');
const { createOpenRouter } = await import('@openrouter/ai-sdk-provider');

const apiKey = 'vendor-secret';
const messages = [{ role: 'user', content: 'hi' }];
const named = (failure) => ({ failure: failure.constructor.name, status: failure.statusCode ?? failure.status ?? failure.httpResponse?.status ?? null, message: String(failure.message).slice(0, 300) });

async function gather(stream, look) {
  const all = [];
  for await (const one of stream) all.push(look(one));
  return all.filter((one) => one != null);
}

// --- SDKs of the same make as OpenAI's ------------------------------------------------------------------------------------

const look = { type: 'function', function: { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { url: { type: 'string' } } } } };
const joined = (pieces) => pieces.reduce((calls, [index, name, args]) => ((calls[index] ??= ['', '']), (calls[index] = [calls[index][0] + (name ?? ''), calls[index][1] + (args ?? '')]), calls), []);
const ofSdk = (client, thoughts) => ({
  text: async () => (await client.chat.completions.create({ model: 'm', messages })).choices[0].message.content,
  stream: async () => (await gather(await client.chat.completions.create({ model: 'm', messages, stream: true }), (one) => one.choices[0].delta.content)).join(''),
  tools: async () =>
    joined((await gather(await client.chat.completions.create({ model: 'm', messages, tools: [look], stream: true }), (one) => one.choices[0]?.delta.tool_calls?.map((call) => [call.index, call.function.name, call.function.arguments]))).flat()),
  thoughts: async () => (await client.chat.completions.create({ model: 'thinker', messages })).choices[0].message[thoughts],
  full: async () => (await client.chat.completions.create({ model: 'full', messages })).choices[0].message.content,
});

const groq = new Groq({ apiKey });
const ofGroq = {
  ...ofSdk(groq, 'reasoning'),
  usage: async () => (await gather(await groq.chat.completions.create({ model: 'm', messages, stream: true }), (one) => one.x_groq?.usage?.total_tokens)).at(-1),
  models: async () => (await groq.models.list()).data.map((one) => [one.id, one.active]),
  refused: async () => groq.batches.list(),
};

const perplexity = new Perplexity({ apiKey });
const ofPerplexity = {
  text: async () => (await perplexity.chat.completions.create({ model: 'm', messages })).choices[0].message.content,
  stream: async () => (await gather(await perplexity.chat.completions.create({ model: 'm', messages, stream: true }), (one) => one.choices[0].delta.content)).join(''),
  usage: async () => (await gather(await perplexity.chat.completions.create({ model: 'm', messages, stream: true }), (one) => one.usage?.total_tokens)).at(-1),
  sources: async () => {
    const answer = await perplexity.chat.completions.create({ model: 'm', messages });
    return [answer.citations.length, answer.search_results.length];
  },
  refused: async () => perplexity.search.create({ query: 'q' }),
  full: async () => (await perplexity.chat.completions.create({ model: 'full', messages })).choices[0].message.content,
};

// OpenAI's own, sent elsewhere: what most applications do.
const sent = (baseURL) => new OpenAI({ apiKey, baseURL, fetch });
const places = {
  'openai at deepseek': [sent('https://api.deepseek.com'), 'reasoning_content'],
  'openai at groq': [sent('https://api.groq.com/openai/v1'), 'reasoning'],
  'openai at huggingface': [sent('https://router.huggingface.co/v1'), 'reasoning_content'],
  'openai at openrouter': [sent('https://openrouter.ai/api/v1'), 'reasoning'],
  'openai at perplexity': [sent('https://api.perplexity.ai'), 'reasoning_content'],
  'openai at xai': [sent('https://api.x.ai/v1'), 'reasoning_content'],
};

// --- OpenRouter, Hugging Face ---------------------------------------------------------------------------------------------

const openrouter = new OpenRouter({ apiKey });
const ask = (chatRequest) => openrouter.chat.send({ chatRequest: { model: 'm', messages, ...chatRequest } });
const ofOpenrouter = {
  text: async () => (await ask({})).choices[0].message.content,
  stream: async () => (await gather(await ask({ stream: true }), (one) => one.choices[0].delta.content)).join(''),
  usage: async () => (await gather(await ask({ stream: true }), (one) => one.usage && [one.usage.totalTokens, one.usage.cost])).at(-1),
  tools: async () => joined((await gather(await ask({ stream: true, tools: [look] }), (one) => one.choices[0]?.delta.toolCalls?.map((call) => [call.index, call.function.name, call.function.arguments]))).flat()),
  thoughts: async () => (await ask({ model: 'thinker' })).choices[0].message.reasoning,
  models: async () => (await openrouter.models.list()).result.data.map((one) => [one.id, one.pricing.prompt]),
  rank: async () => (await openrouter.rerank.rerank({ requestBody: { model: 'm', query: 'q', documents: ['a', 'b'] } })).results.map((one) => [one.index, one.document.text]),
  refused: async () => ask({ model: 'gpt-oss:120b-cloud' }),
  full: async () => (await ask({ model: 'full' })).choices[0].message.content,
};

const face = new InferenceClient(`hf_${apiKey}`);
const ofFace = {
  text: async () => (await face.chatCompletion({ provider: 'auto', model: 'm', messages })).choices[0].message.content,
  stream: async () => (await gather(face.chatCompletionStream({ provider: 'auto', model: 'm', messages }), (one) => one.choices[0].delta.content)).join(''),
  refused: async () => face.chatCompletion({ provider: 'auto', model: 'gpt-oss:120b-cloud', messages }),
  full: async () => (await face.chatCompletion({ provider: 'auto', model: 'full', messages })).choices[0].message.content,
};

// --- the AI SDK -----------------------------------------------------------------------------------------------------------

const ofAi = (model) => ({
  text: async () => (await generateText({ model: model('m'), prompt: 'hi' })).text,
  stream: async () => {
    const stream = streamText({ model: model('m'), prompt: 'hi', onError: () => {} });
    let text = '';
    for await (const part of stream.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') text += part.text;
    }
    return text;
  },
  usage: async () => {
    const stream = streamText({ model: model('m'), prompt: 'hi', onError: () => {} });
    await stream.consumeStream();
    return (await stream.totalUsage).totalTokens;
  },
  tools: async () => {
    const stream = streamText({ model: model('m'), prompt: 'hi', tools: { look: tool({ description: 'Looks.', inputSchema: z.object({ url: z.string() }) }) }, onError: () => {} });
    for await (const part of stream.fullStream) if (part.type === 'error') throw part.error;
    return (await stream.toolCalls).map((call) => [call.toolName, JSON.stringify(call.input)]);
  },
  thoughts: async () => (await generateText({ model: model('thinker'), prompt: 'hi' })).reasoningText,
  cached: async () => (await generateText({ model: model('m'), prompt: 'hi' })).totalUsage.inputTokenDetails.cacheReadTokens ?? 0,
  refused: async () => (await generateText({ model: model('gpt-oss:120b-cloud'), prompt: 'hi' })).text,
  full: async () => (await generateText({ model: model('full'), prompt: 'hi' })).text,
});
const without = (cases, ...names) => Object.fromEntries(Object.entries(cases).filter(([name]) => !names.includes(name)));
const xai = createXai({ apiKey });

const all = {
  groq: ofGroq,
  perplexity: ofPerplexity,
  openrouter: ofOpenrouter,
  huggingface: ofFace,
  'ai groq': ofAi(createGroq({ apiKey })),
  'ai deepseek': ofAi(createDeepSeek({ apiKey })),
  'ai xai': ofAi(xai.chat),
  'ai openrouter': ofAi(createOpenRouter({ apiKey }).chat),
  'ai perplexity': without(ofAi(createPerplexity({ apiKey })), 'tools', 'thoughts'), // it has no words for them
  'ai huggingface': { text: ofAi(createHuggingFace({ apiKey })).text }, // by /v1/responses
  'ai cohere': { rank: async () => (await rerank({ model: createCohere({ apiKey }).reranking('rerank-v3.5'), query: 'q', documents: ['a', 'b', 'c'], topN: 2 })).ranking.map((one) => [one.originalIndex, one.document]) },
};
for (const [name, [client, thoughts]] of Object.entries(places)) all[name] = ofSdk(client, thoughts);

const found = {};
await Promise.all(
  Object.entries(all).flatMap(([name, cases]) =>
    Object.entries(cases).map(async ([what, run]) => {
      const seen = (found[name] ??= {});
      try {
        seen[what] = (await run()) ?? null;
      } catch (failure) {
        seen[what] = named(failure);
      }
    }),
  ),
);
// Agents keep their connections; a pipe takes 64 KiB at once, and the rest when it is read.
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
