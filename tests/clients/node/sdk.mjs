// SPDX-License-Identifier: Apache-2.0
// The vendor's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs sdk.mjs chat|stream|embeddings|vectors|models|responses|streamed_responses|azure|files
import OpenAI, { AzureOpenAI } from 'openai';

const client = new OpenAI({ apiKey: 'sk-vendor-secret', organization: 'org-secret', fetch: globalThis.fetch, maxRetries: 1 });
const messages = [{ role: 'user', content: 'hi' }];

async function stream() {
  const words = [];
  for await (const chunk of await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true })) {
    words.push(chunk.choices[0]?.delta?.content ?? '');
  }
  return { text: words.join('') };
}

const calls = {
  chat: async () => {
    const answer = await client.chat.completions.create({ model: 'gpt-4o', messages });
    return { text: answer.choices[0].message.content, model: answer.model };
  },
  stream,
  embeddings: async () => {
    const answer = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'x', encoding_format: 'float' });
    return { vector: answer.data[0].embedding };
  },
  // Without a format the SDK asks for base64, and decodes what comes.
  vectors: async () => {
    const answer = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['x', 'y'] });
    return { vectors: answer.data.map((one) => one.embedding) };
  },
  models: async () => ({ models: (await client.models.list()).data.map((model) => model.id) }),
  responses: async () => {
    const answer = await client.responses.create({ model: 'gpt-4o', input: 'hi' });
    return { text: answer.output_text };
  },
  // As events, as its helper reads them, and with a tool whose result goes back.
  streamed_responses: async () => {
    const types = [];
    for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'hi', stream: true })) types.push(event.type);
    const said = await client.responses.stream({ model: 'gpt-4o', input: 'hi' }).finalResponse();
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object', properties: { url: { type: 'string' } } }, strict: false }];
    const pieces = [];
    let item;
    for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'hi', tools, stream: true })) {
      if (event.type === 'response.function_call_arguments.delta') pieces.push(event.delta);
      if (event.type === 'response.output_item.done') item = event.item;
    }
    const whole = (await client.responses.create({ model: 'gpt-4o', input: 'hi', tools })).output[0];
    const results = [{ role: 'user', content: 'hi' }, item, { type: 'function_call_output', call_id: item.call_id, output: 'nothing' }];
    const last = await client.responses.create({ model: 'gpt-4o', input: results });
    return { types, text: said.output[0].content[0].text, model: said.model, pieces, item: [item.name, item.arguments], whole: [whole.name, whole.arguments], last: last.output_text };
  },
  azure: async () => {
    const azure = new AzureOpenAI({ apiKey: 'vendor-secret', apiVersion: '2024-10-21', endpoint: 'https://shop.openai.azure.com', deployment: 'shop-gpt', fetch: globalThis.fetch, maxRetries: 1 });
    const words = [];
    const answer = await azure.chat.completions.create({ model: 'shop-gpt', messages });
    for await (const chunk of await azure.chat.completions.create({ model: 'shop-gpt', messages, stream: true })) words.push(chunk.choices[0]?.delta?.content ?? '');
    const vectors = await azure.embeddings.create({ model: 'shop-embed', input: 'x', encoding_format: 'float' });
    // An answer of the deployment that its client was made for, at the path of all of them.
    const plain = new AzureOpenAI({ apiKey: 'vendor-secret', apiVersion: '2025-04-01-preview', endpoint: 'https://shop.openai.azure.com', fetch: globalThis.fetch });
    const response = await plain.responses.create({ model: 'shop-gpt', input: 'hi' });
    const refused = await azure.images.generate({ model: 'shop-images', prompt: 'x' }).catch((failure) => [failure.constructor.name, failure.status, failure.code]);
    return { text: answer.choices[0].message.content, model: answer.model, stream: words.join(''), vector: vectors.data[0].embedding, response: response.output_text, refused };
  },
  files: async () => ({ files: (await client.files.list()).data.length }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status, code: failure.code, message: failure.message }));
}
