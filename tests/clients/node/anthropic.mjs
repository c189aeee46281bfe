// SPDX-License-Identifier: Apache-2.0
// Anthropic's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs anthropic.mjs message|stream|events|tools|streamed_tools|format|count|models|image|batches
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ apiKey: 'sk-ant-vendor-secret', fetch: globalThis.fetch, maxRetries: 1 });
const base = { model: 'claude-sonnet', max_tokens: 64 };
const messages = [{ role: 'user', content: 'hi' }];
const tools = [{ name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: { url: { type: 'string' } } } }];
const blocks = (message) => message.content.map((block) => block.text ?? block.thinking ?? { name: block.name, id: block.id, input: block.input });

const calls = {
  message: async () => {
    const { data, response } = await client.messages.create({ ...base, system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }], messages }).withResponse();
    return { blocks: blocks(data), model: data.model, stop: data.stop_reason, usage: data.usage.output_tokens, id: data.id, request: response.headers.get('request-id') };
  },
  stream: async () => {
    const words = [];
    const stream = client.messages.stream({ ...base, messages }).on('text', (text) => words.push(text));
    const message = await stream.finalMessage();
    return { words, blocks: blocks(message), stop: message.stop_reason, usage: [message.usage.input_tokens, message.usage.output_tokens] };
  },
  events: async () => {
    const types = [];
    for await (const event of await client.messages.create({ ...base, messages, stream: true })) types.push(event.type);
    return { types };
  },
  tools: async () => {
    const first = await client.messages.create({ ...base, tools, tool_choice: { type: 'any', disable_parallel_tool_use: true }, messages });
    const call = first.content.find((block) => block.type === 'tool_use');
    const results = [{ role: 'assistant', content: first.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'nothing' }, { type: 'text', text: 'so?' }] }];
    const second = await client.messages.create({ ...base, tools, messages: [...messages, ...results] });
    return { first: blocks(first), stop: first.stop_reason, second: blocks(second) };
  },
  streamed_tools: async () => {
    const message = await client.messages.stream({ ...base, tools, messages }).finalMessage();
    return { blocks: blocks(message), stop: message.stop_reason };
  },
  format: async () => ({ blocks: blocks(await client.messages.create({ ...base, messages, thinking: { type: 'enabled', budget_tokens: 1024 }, output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } })) }),
  image: async () => ({ blocks: blocks(await client.messages.create({ ...base, messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }] }] })) }),
  count: async () => ({ tokens: (await client.messages.countTokens({ model: base.model, system: 'Be brief.', messages })).input_tokens }),
  models: async () => {
    const all = [];
    for await (const model of client.models.list()) all.push(model.id);
    return { models: all, one: (await client.models.retrieve('claude-sonnet')).id };
  },
  batches: async () => ({ batches: (await client.messages.batches.list()).data.length }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status, type: failure.type, message: failure.message }));
}
