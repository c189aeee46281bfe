// SPDX-License-Identifier: Apache-2.0
// Mistral's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs mistral.mjs chat|stream|tools|streamed_tools|schema|thoughts|embed|models|image|fim
import { HTTPClient, Mistral } from '@mistralai/mistralai';

const client = new Mistral({ apiKey: 'mistral-vendor-secret', httpClient: new HTTPClient({ fetcher: (input, init) => fetch(init === undefined && input.url ? input.url : input, init ?? { method: input.method, headers: [...input.headers], body: input.body, duplex: 'half' }) }) });
const model = 'mistral-small-latest';
const messages = [{ role: 'user', content: 'hi' }];
const tools = [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { url: { type: 'string' } } } } }];
const called = (calls) => calls.map((call) => [call.id, call.function.name, JSON.parse(call.function.arguments)]);

const calls = {
  chat: async () => {
    const answer = await client.chat.complete({ model, messages: [{ role: 'system', content: 'Be brief.' }, ...messages], maxTokens: 64, randomSeed: 7 });
    return { text: answer.choices[0].message.content, model: answer.model, finish: answer.choices[0].finishReason, usage: answer.usage.totalTokens, created: answer.created };
  },
  stream: async () => {
    const words = [];
    let last;
    for await (const event of await client.chat.stream({ model, messages })) {
      words.push(event.data.choices[0].delta.content);
      last = event.data;
    }
    return { words, finish: last.choices[0].finishReason, usage: [last.usage.promptTokens, last.usage.completionTokens] };
  },
  tools: async () => {
    const first = await client.chat.complete({ model, messages, tools, toolChoice: 'any', parallelToolCalls: false });
    const call = first.choices[0].message.toolCalls[0];
    const second = await client.chat.complete({ model, tools, messages: [...messages, first.choices[0].message, { role: 'tool', name: 'look', toolCallId: call.id, content: 'nothing' }] });
    return { calls: called(first.choices[0].message.toolCalls), finish: first.choices[0].finishReason, second: second.choices.length };
  },
  streamed_tools: async () => {
    const found = [];
    for await (const event of await client.chat.stream({ model, messages, tools })) found.push(...called(event.data.choices[0].delta.toolCalls ?? []));
    return { calls: found };
  },
  schema: async () => ({ text: (await client.chat.complete({ model, messages, responseFormat: { type: 'json_schema', jsonSchema: { name: 'answer', schemaDefinition: { type: 'object' }, strict: true } } })).choices[0].message.content }),
  thoughts: async () => ({ content: (await client.chat.complete({ model, messages, reasoningEffort: 'high' })).choices[0].message.content }),
  image: async () => ({ text: (await client.chat.complete({ model, messages: [{ role: 'user', content: [{ type: 'image_url', imageUrl: 'data:image/png;base64,iVBORw0KGgo=' }] }] })).choices[0].message.content }),
  embed: async () => {
    const answer = await client.embeddings.create({ model: 'mistral-embed', inputs: ['a'], outputDimension: 3 });
    return { vectors: answer.data.map((item) => item.embedding), id: typeof answer.id };
  },
  models: async () => ({ models: (await client.models.list()).data.map((one) => one.id), one: (await client.models.retrieve({ modelId: model })).id }),
  fim: async () => ({ text: (await client.fim.complete({ model: 'codestral-latest', prompt: 'def', suffix: 'x' })).choices[0].message.content }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.statusCode, message: failure.body ?? failure.message }));
}
