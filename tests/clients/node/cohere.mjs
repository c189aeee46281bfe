// SPDX-License-Identifier: Apache-2.0
// Cohere's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs cohere.mjs chat|stream|tools|streamed_tools|schema|image|embed|models|rerank|first
import { CohereClientV2, CohereClient } from 'cohere-ai';

const client = new CohereClientV2({ token: 'cohere-vendor-secret' });
const model = 'command-a';
const messages = [{ role: 'user', content: 'hi' }];
const tools = [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { url: { type: 'string' } } } } }];
const text = (answer) => answer.message.content.map((item) => item.text).join('');

const calls = {
  chat: async () => {
    const answer = await client.chat({ model, messages: [{ role: 'system', content: 'Be brief.' }, ...messages], maxTokens: 64, p: 0.5, k: 3 });
    return { text: text(answer), finish: answer.finishReason, usage: [answer.usage.tokens.inputTokens, answer.usage.tokens.outputTokens], id: answer.id };
  },
  stream: async () => {
    const types = [];
    const words = [];
    let usage;
    for await (const event of await client.chatStream({ model, messages })) {
      types.push(event.type);
      if (event.type === 'content-delta') words.push(event.delta.message.content.text);
      if (event.type === 'message-end') usage = [event.delta.finishReason, event.delta.usage.tokens.inputTokens, event.delta.usage.tokens.outputTokens];
    }
    return { types, words, usage };
  },
  tools: async () => {
    const first = await client.chat({ model, messages, tools, toolChoice: 'REQUIRED' });
    const call = first.message.toolCalls[0];
    const second = await client.chat({ model, tools, messages: [...messages, { role: 'assistant', toolCalls: first.message.toolCalls, toolPlan: first.message.toolPlan }, { role: 'tool', toolCallId: call.id, content: [{ type: 'document', document: { data: { found: 'nothing' } } }] }] });
    return { plan: first.message.toolPlan, calls: first.message.toolCalls.map((one) => [one.id, one.function.name, JSON.parse(one.function.arguments)]), finish: first.finishReason, second: second.finishReason };
  },
  streamed_tools: async () => {
    const found = {};
    for await (const event of await client.chatStream({ model, messages, tools })) {
      const call = event.delta?.message?.toolCalls;
      if (event.type === 'tool-call-start') found[event.index] = [call.id, call.function.name, call.function.arguments];
      if (event.type === 'tool-call-delta') found[event.index][2] += call.function.arguments;
    }
    return { calls: Object.values(found) };
  },
  schema: async () => ({ text: text(await client.chat({ model, messages, responseFormat: { type: 'json_object', jsonSchema: { type: 'object' } } })) }),
  image: async () => ({ text: text(await client.chat({ model, messages: [{ role: 'user', content: [{ type: 'image_url', imageUrl: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] }] })) }),
  embed: async () => ({ vectors: (await client.embed({ model: 'embed-v4.0', texts: ['a'], inputType: 'search_query', embeddingTypes: ['float'], outputDimension: 3 })).embeddings.float }),
  models: async () => ({ models: (await client.models.list()).models.map((one) => one.name), one: (await client.models.get(model)).name }),
  rerank: async () => {
    const ask = { model: 'rerank-v3.5', query: 'q', documents: ['a', 'b', 'c'], topN: 2 };
    const first = new CohereClient({ token: 'x' });
    const ranks = (answer) => answer.results.map((one) => [one.index, one.relevanceScore, one.document?.text]);
    return { second: ranks(await client.rerank(ask)), first: ranks(await first.rerank({ ...ask, returnDocuments: true })) };
  },
  first: async () => ({ text: (await new CohereClient({ token: 'x' }).chat({ message: 'hi' })).text }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.statusCode, message: failure.message }));
}
