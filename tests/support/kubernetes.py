# SPDX-License-Identifier: Apache-2.0
"""What kustomize and helm make of our manifests, and what Kubernetes' schemas say of that. No cluster sees it."""
import json
import os
import pathlib
import subprocess

import yaml

from .gate import TOP

TOOLS = TOP / "tests/kubernetes"
KUBECTL = pathlib.Path(os.environ.get("KUBECTL", TOOLS / "node_modules/.bin/kubectl"))
HELM = TOOLS / "node_modules/.bin/helm"
FOLDER = TOP / "config/kubernetes"
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
# Cilium's own schemas are in no package: what its documentation has of what we use, each field with what may stand in it.
SELECTOR = {"matchLabels": None}
CILIUM = {"apiVersion": None, "kind": None, "metadata": {"name": None, "namespace": None}, "spec": {"endpointSelector": SELECTOR, "egress": [{
    "toEndpoints": [SELECTOR], "toFQDNs": [{"matchName": None, "matchPattern": None}],
    "toPorts": [{"ports": [{"port": None, "protocol": None}], "rules": {"dns": [{"matchPattern": None}]}}]}]}}


def run_kubectl(*words):
    assert KUBECTL.exists(), f"{KUBECTL} is not there; `./dev test` installs it"
    return subprocess.run([KUBECTL, *words], capture_output=True, text=True, timeout=120)


def objects(text):
    return [thing for thing in yaml.safe_load_all(text) if thing]


def build(folder):
    done = run_kubectl("kustomize", folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # nor does it warn of what is deprecated
    return objects(done.stdout)


def overlay(folder, *components, resources=(), **fields):
    """An overlay of a user's own: his files, our components."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for number, thing in enumerate(resources):
        names.append(f"{number}.yaml")
        (folder / names[-1]).write_text(yaml.safe_dump(thing))
    (folder / "rules.yaml").write_text((FOLDER / "example/shopify-app/rules.yaml").read_text().split("tests:")[0].replace("groups:", "# groups:"))
    plain = {"disableNameSuffixHash": True}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "resources": names, "configMapGenerator": [{"name": "exeat-policy", "files": ["rules.yaml"], "options": plain}],
        "components": [os.path.relpath(FOLDER / name, folder) for name in components], **fields}))
    return folder


def workload(kind, name="shop", **pod):
    """The least that a kind wants; `pod` is put into its pods."""
    labels = {"app": name}
    spec = {"containers": [{"name": "php", "image": "php"}], **pod}
    template = {"metadata": {"labels": labels}, "spec": spec}
    groups = {"Job": "batch/v1", "CronJob": "batch/v1", "Pod": "v1"}
    inner = {"selector": {"matchLabels": labels}, "template": template}
    if kind in ("Job", "CronJob"):
        spec["restartPolicy"] = "Never"
        inner = {"template": template}
    if kind == "CronJob":
        inner = {"schedule": "* * * * *", "jobTemplate": {"spec": inner}}
    if kind == "StatefulSet":
        inner["serviceName"] = name
    return {"apiVersion": groups.get(kind, "apps/v1"), "kind": kind, "metadata": {"name": name}, "spec": spec if kind == "Pod" else inner}


def pod_of(thing):
    """The template of its pods."""
    spec = thing["spec"]
    return (spec["jobTemplate"]["spec"] if thing["kind"] == "CronJob" else spec)["template"]


def find(things, kind, name=None):
    (one,) = [thing for thing in things if thing["kind"] == kind and name in (None, thing["metadata"]["name"])]
    return one


def beyond(value, known, path):
    """Fields of `value` that `known` does not have."""
    if isinstance(value, list):
        for inner in value:
            yield from beyond(inner, known[0] if isinstance(known, list) else None, path)
    elif isinstance(value, dict) and known is not None:
        for name, inner in value.items():
            if not isinstance(known, dict) or name not in known:
                yield f"{path}/{name}: no such field"
            else:
                yield from beyond(inner, known[name], f"{path}/{name}")


def complaints(rendered):
    """Of {name: objects}: what a schema refuses, and each field that it does not know."""
    ours = {name: [thing for thing in things if thing["apiVersion"] != "cilium.io/v2"] for name, things in rendered.items()}
    done = subprocess.run(["node", TOOLS / "validate.mjs"], input=json.dumps(ours), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    cilium = [thing for things in rendered.values() for thing in things if thing["apiVersion"] == "cilium.io/v2"]
    return json.loads(done.stdout) + [said for thing in cilium for said in beyond(thing, CILIUM, thing["kind"])]
