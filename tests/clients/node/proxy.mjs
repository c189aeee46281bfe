// SPDX-License-Identifier: Apache-2.0
// A preload for Node 20: fetch goes through the proxy that HTTPS_PROXY names. (Node 24 does it with NODE_USE_ENV_PROXY=1.)
import { EnvHttpProxyAgent, setGlobalDispatcher, fetch } from 'undici';

setGlobalDispatcher(new EnvHttpProxyAgent());
globalThis.fetch = fetch;
