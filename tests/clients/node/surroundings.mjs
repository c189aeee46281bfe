// SPDX-License-Identifier: Apache-2.0
// What libraries find around them, before the first of them is loaded: fetch and its kin, of one make, go through the proxy that
// HTTPS_PROXY names.
import { EnvHttpProxyAgent, setGlobalDispatcher, fetch, Request, Response, Headers, FormData } from 'undici';

setGlobalDispatcher(new EnvHttpProxyAgent());
Object.assign(globalThis, { fetch, Request, Response, Headers, FormData }); // of one make
globalThis.crypto ??= (await import('node:crypto')).webcrypto; // Node 18
globalThis.AI_SDK_LOG_WARNINGS = false; // they would stand among the JSON
