// SPDX-License-Identifier: Apache-2.0
// Ollama's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs ollama.mjs chat|stream|tools|schema|thoughts|image|generate|embed|models|pull|cloud
import { Ollama } from 'ollama';

const client = new Ollama({ host: 'https://ollama.com', fetch: globalThis.fetch, headers: { Authorization: 'Bearer ollama-vendor-secret' } });
const model = 'llama3.2';
const messages = [{ role: 'user', content: 'hi' }];
const tools = [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { url: { type: 'string' } } } } }];

const calls = {
  chat: async () => {
    const answer = await client.chat({ model, messages: [{ role: 'system', content: 'Be brief.' }, ...messages], options: { num_predict: 64, seed: 7 } });
    return { text: answer.message.content, model: answer.model, done: answer.done_reason, usage: [answer.prompt_eval_count, answer.eval_count] };
  },
  stream: async () => {
    const words = [];
    let last;
    for await (const part of await client.chat({ model, messages, stream: true })) {
      words.push(part.message.content);
      last = part;
    }
    return { words, done: last.done, usage: [last.prompt_eval_count, last.eval_count] };
  },
  tools: async () => {
    const first = await client.chat({ model, messages, tools });
    const second = await client.chat({ model, tools, messages: [...messages, first.message, { role: 'tool', tool_name: 'look', content: 'nothing' }] });
    return { calls: first.message.tool_calls.map((call) => [call.function.name, call.function.arguments]), second: second.done };
  },
  schema: async () => ({ text: (await client.chat({ model, messages, format: { type: 'object' } })).message.content }),
  thoughts: async () => {
    const { message } = await client.chat({ model, messages, think: true });
    return { text: message.content, thinking: message.thinking };
  },
  image: async () => ({ text: (await client.chat({ model, messages: [{ role: 'user', content: 'what?', images: [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])] }] })).message.content }),
  generate: async () => ({ text: (await client.generate({ model, prompt: 'hi', system: 'Be brief.' })).response }),
  embed: async () => ({ vectors: (await client.embed({ model: 'nomic', input: ['a'] })).embeddings, old: (await client.embeddings({ model: 'nomic', prompt: 'a' })).embedding }),
  models: async () => ({ list: (await client.list()).models.map((one) => one.name), running: (await client.ps()).models.length, show: (await client.show({ model })).capabilities, version: typeof (await client.version()).version }),
  pull: async () => ({ status: (await client.pull({ model })).status }),
  cloud: async () => ({ text: (await client.chat({ model: 'gpt-oss:120b-cloud', messages })).message.content }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status_code, message: failure.message }));
}
