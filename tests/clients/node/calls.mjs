// SPDX-License-Identifier: Apache-2.0
// Calls with all that applications put into them. Prints what came back, or the failure.
//   node --import ./proxy.mjs calls.mjs chat|loop|responses|search
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'sk-vendor-secret', fetch: globalThis.fetch, maxRetries: 1 });
const image = 'data:image/png;base64,iVBORw0KGgo=';
const schema = { type: 'object', properties: { url: { type: 'string', format: 'uri' } }, required: ['url'], additionalProperties: false };

const calls = {
  chat: () =>
    client.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'developer', content: 'Be brief.', name: 'shop' },
        { role: 'user', content: [{ type: 'text', text: 'https://shop.example/' }, { type: 'image_url', image_url: { url: image, detail: 'low' } }] },
        { role: 'assistant', content: null, refusal: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"url":"https://x"}' } }] },
        { role: 'tool', tool_call_id: 'c1', content: 'nothing' },
      ],
      tools: [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: schema, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
      temperature: 0.7,
      top_p: 1,
      n: 1,
      seed: 7,
      stop: ['END'],
      logprobs: true,
      top_logprobs: 2,
      logit_bias: { 50256: -100 },
      max_completion_tokens: 50,
      modalities: ['text'],
      prediction: { type: 'content', content: 'x' },
      reasoning_effort: 'low',
      store: false,
      metadata: { shop: 'de' },
      service_tier: 'auto',
      user: 'customer-7',
    }),
  // What came from the model goes back as it came.
  loop: async () => {
    const first = await client.responses.create({ model: 'gpt-4o', input: 'hi', store: false });
    return client.responses.create({
      model: 'gpt-4o',
      instructions: 'Be brief.',
      input: [{ role: 'user', content: 'hi' }, ...first.output, { role: 'user', content: 'go on' }],
      store: false,
    });
  },
  responses: () =>
    client.responses.create({
      model: 'gpt-4o',
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'x' },
        { role: 'user', content: [{ type: 'input_text', text: 'look' }, { type: 'input_image', image_url: image, detail: 'auto' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'nothing' },
      ],
      tools: [{ type: 'function', name: 'look', parameters: schema, strict: true }],
      text: { format: { type: 'json_schema', name: 'answer', schema } },
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
      truncation: 'auto',
      max_output_tokens: 50,
      metadata: { shop: 'de' },
      user: 'customer-7',
    }),
  search: () => client.responses.create({ model: 'gpt-4o', input: 'hi', tools: [{ type: 'web_search_preview' }] }),
};

try {
  const answer = await calls[process.argv[2]]();
  console.log(JSON.stringify({ text: answer.output_text ?? answer.choices[0].message.content }));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status, message: failure.message }));
}
