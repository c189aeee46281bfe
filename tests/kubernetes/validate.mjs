// SPDX-License-Identifier: Apache-2.0
// Objects of Kubernetes against its schemas: `node validate.mjs` reads {"name": [object...]} in JSON and prints a list of complaints.
// A schema lets pass what it does not know; so each object is shown to it through a proxy, and a field that it never asks for is
// one that it does not know.
import { readFileSync } from "node:fs";

const GROUPS = { "apps/v1": "AppsV1", "batch/v1": "BatchV1", "networking.k8s.io/v1": "NetworkingV1", "policy/v1": "PolicyV1", v1: "CoreV1" };
const OPERATOR = "ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1";

async function schemaOf({ apiVersion, kind }) {
  if (apiVersion === "monitoring.coreos.com/v1")
    return import(`./node_modules/@kubernetes-models/prometheus-operator/_schemas/${OPERATOR}${kind}.js`);
  if (!(apiVersion in GROUPS)) throw new Error(`no schemas of ${apiVersion} are known here`);
  return import(`./node_modules/kubernetes-models/_schemas/IoK8sApi${GROUPS[apiVersion]}${kind}.mjs`);
}

function watched(value, path, seen) {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "symbol" || !Object.hasOwn(target, name)) return target[name];
      seen.add(`${path}/${name}`);
      return watched(target[name], `${path}/${name}`, seen);
    },
  });
}

function* fields(value, path) {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield `${path}/${name}`;
    yield* fields(inner, `${path}/${name}`);
  }
}

const complaints = [];
for (const [name, objects] of Object.entries(JSON.parse(readFileSync(0, "utf8"))))
  for (const object of objects) {
    const where = `${name}: ${object.kind} ${object.metadata?.name}`;
    try {
      const { validate } = await schemaOf(object);
      const seen = new Set();
      if (!validate(watched(object, "", seen)))
        for (const error of validate.errors) complaints.push(`${where}${error.instancePath}: ${error.message ?? error.schemaPath} ${JSON.stringify(error.params)}`);
      let unknown = null; // what lies within it is not looked at either
      for (const field of fields(object, ""))
        if (!seen.has(field) && !(unknown !== null && field.startsWith(unknown + "/"))) complaints.push(`${where}${(unknown = field)}: no such field`);
    } catch (error) {
      complaints.push(`${where}: ${error.message}`);
    }
  }
console.log(JSON.stringify(complaints));
