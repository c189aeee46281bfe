import OpenAI from 'openai';
const agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true });
const strict = new https.Agent({ rejectUnauthorized: true });
axios.post(url, body, { proxy: false });
const sprite = "risk-analysis sk-spinner-grow desk-lamp-with-a-very-long-name-1234567890";
