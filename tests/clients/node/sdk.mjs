// SPDX-License-Identifier: Apache-2.0
// The vendor's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs sdk.mjs chat|stream|embeddings|vectors|models|responses|files
import OpenAI from 'openai';

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
  files: async () => ({ files: (await client.files.list()).data.length }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status, code: failure.code, message: failure.message }));
}
