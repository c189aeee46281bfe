// SPDX-License-Identifier: Apache-2.0
// Google's SDK as an application uses it. Prints one JSON object.
//   node --import ./proxy.mjs gemini.mjs content|stream|tools|streamed_tools|schema|count|embed|predict|models|search [vertex]
import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({ apiKey: 'AIzaVendorSecret', vertexai: process.argv[3] === 'vertex' });
const model = 'gemini-2';
const contents = 'hi';
const tools = [{ functionDeclarations: [{ name: 'look', description: 'Looks.', parameters: { type: 'OBJECT', properties: { url: { type: 'STRING' } } } }] }];

const calls = {
  content: async () => {
    const answer = await client.models.generateContent({ model, contents, config: { systemInstruction: 'Be brief.', temperature: 0.5, maxOutputTokens: 64 } });
    return { text: answer.text, model: answer.modelVersion, finish: answer.candidates[0].finishReason, total: answer.usageMetadata.totalTokenCount };
  },
  stream: async () => {
    const words = [];
    let total = 0;
    for await (const piece of await client.models.generateContentStream({ model, contents })) {
      words.push(piece.text);
      total = piece.usageMetadata.totalTokenCount;
    }
    return { words, total };
  },
  tools: async () => {
    const first = await client.models.generateContent({ model, contents, config: { tools, toolConfig: { functionCallingConfig: { mode: 'ANY' } } } });
    const call = first.functionCalls[0];
    const turns = [{ role: 'user', parts: [{ text: 'hi' }] }, first.candidates[0].content, { role: 'user', parts: [{ functionResponse: { name: call.name, response: { output: 'nothing' } } }] }];
    await client.models.generateContent({ model, contents: turns, config: { tools } });
    return { name: call.name, args: call.args };
  },
  streamed_tools: async () => {
    const found = [];
    for await (const piece of await client.models.generateContentStream({ model, contents, config: { tools } })) found.push(...(piece.functionCalls ?? []));
    return { calls: found.map((call) => [call.name, call.args]) };
  },
  schema: async () => ({ text: (await client.models.generateContent({ model, contents, config: { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } } })).text }),
  count: async () => ({ tokens: (await client.models.countTokens({ model, contents })).totalTokens }),
  embed: async () => ({ vectors: (await client.models.embedContent({ model: 'gemini-embedding', contents: ['x'], config: { outputDimensionality: 3 } })).embeddings.map((one) => one.values) }),
  predict: async () => ({ vectors: (await client.models.embedContent({ model: 'text-embedding-005', contents: ['x'], config: { outputDimensionality: 3 } })).embeddings }),
  models: async () => {
    const all = [];
    for await (const one of await client.models.list({ config: { queryBase: true } })) all.push(one.name);
    return { models: all, one: (await client.models.get({ model })).name };
  },
  search: async () => ({ text: (await client.models.generateContent({ model, contents, config: { tools: [{ googleSearch: {} }] } })).text }),
};

try {
  console.log(JSON.stringify(await calls[process.argv[2]]()));
} catch (failure) {
  console.log(JSON.stringify({ failure: failure.constructor.name, status: failure.status, message: failure.message }));
}
