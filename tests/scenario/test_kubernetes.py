# SPDX-License-Identifier: Apache-2.0
"""What config/kubernetes builds to, by kubectl, and that Kubernetes' schemas know all of it. No cluster sees it: that it is
admitted and runs is not shown here."""
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from support.gate import EXEAT, TOP, run_exeat
from support.kubernetes import FOLDER, KINDS, KUBECTL, build, complaints, find, objects, overlay, pod_of, run_kubectl, workload

UID = 64123
ENVIRONMENT = {**os.environ, "POD": "shop-1", "NAMESPACE": "shop"}
BARE = {name: value for name, value in os.environ.items() if name not in ("POD", "NAMESPACE")}
SETS = {  # what is put together by users, beside the examples; redirect is the last of each
    "plain": ("policy", "trust", "sidecar"),
    "classic": ("policy", "trust", "sidecar-classic", "network-policy-cilium", "redirect"),
    "held": ("policy", "trust", "sidecar", "persistence", "ship", "witnessed", "network-policy", "redirect"),
    "gateway": ("policy", "trust", "gateway", "persistence", "ship", "witnessed"),
}


def kinds_of(name):
    return KINDS[:3] if name == "classic" else KINDS


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overlays")
    made = {name: build(overlay(folder / name, *components, resources=[workload(kind, kind.lower()) for kind in kinds_of(name)]))
            for name, components in SETS.items()}
    return {**made, **{name: build(FOLDER / "example" / name) for name in ("magento", "shopify-app", "audit")}}


def pods(rendered, name):
    """kind -> the spec of its pods, of the workloads that the shop has"""
    return {thing["kind"]: pod_of(thing)["spec"] for thing in rendered[name]
            if thing["kind"] in KINDS and thing["metadata"].get("labels", {}).get("exeat") not in ("none", "gateway")}


def gate_of(pod):
    (one,) = [one for one in pod.get("initContainers", []) + pod["containers"] if one["name"] == "exeat"]
    return one


def policy_of(things, folder):
    """The files of exeat-policy, put where `exeat check` can read them."""
    (data,) = [thing["data"] for thing in things if thing["kind"] == "ConfigMap" and thing["metadata"]["name"] == "exeat-policy"]
    for name, text in data.items():
        (folder / name).write_text(text)
    return folder / "exeat.yaml"


def test_every_object_is_what_the_schemas_of_kubernetes_know(rendered):
    assert complaints(rendered) == []


def test_what_no_schema_knows_is_found():
    bad = {"misspelled": workload("Deployment", imagePullPolcy="Always"), "text": workload("StatefulSet"), "without": workload("DaemonSet"),
           "probe": workload("Deployment", initContainers=[{"name": "a", "livenessProbe": {"httpGet": {"path": "/"}}}]), "new": {"apiVersion": "v9", "kind": "X"}}
    bad["text"]["spec"]["replicas"] = "two"
    del bad["without"]["spec"]["selector"]
    told = "\n".join(complaints({name: [thing] for name, thing in bad.items()}))
    for wanted in ("spec/imagePullPolcy: no such field", "spec/replicas", '"selector"', '"port"', "v9"):
        assert wanted in told, (wanted, told)
    assert complaints({"good": [workload(kind) for kind in KINDS]}) == []


def test_each_component_is_in_a_set_or_an_example_and_says_in_its_first_line_what_it_is():
    used = {name for names in SETS.values() for name in names}
    used |= {path.parent.name for path in FOLDER.glob("*/kustomization.yaml")
             if re.search(rf"^components: \[.*/{path.parent.name}\]|^  - .*/{path.parent.name}$", "".join(
                 one.read_text() for one in FOLDER.glob("example/**/kustomization.yaml")), re.M)}
    for path in FOLDER.glob("*/kustomization.yaml"):
        assert path.parent.name in used, path
        assert re.match(r"# [A-Z].{30,}", path.read_text()), path
        assert len(path.read_text().splitlines()) <= 40, path


def test_what_is_written_from_other_files_is_as_it_is_written(tmp_path):
    folder = tmp_path / "kubernetes"
    shutil.copytree(FOLDER, folder)
    subprocess.run([sys.executable, FOLDER / "generate", folder], check=True, timeout=120)
    again = {path.relative_to(folder): path.read_text() for path in folder.rglob("*") if path.is_file()}
    ours = {path.relative_to(FOLDER): path.read_text() for path in FOLDER.rglob("*") if path.is_file()}
    assert sorted(str(path) for path in again if again[path] != ours.get(path)) == [], "run config/kubernetes/generate"


@pytest.mark.parametrize("name", [*SETS, "magento", "shopify-app"])
def test_every_policy_is_good_and_each_pod_has_a_log_of_its_own(rendered, name, tmp_path):
    path = policy_of(rendered[name], tmp_path)
    done = run_exeat("check", "--strict", "-c", path, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    policy = yaml.safe_load(path.read_text())
    assert "{pod}" in policy["audit"]["origin"] and "{namespace}" in policy["audit"]["origin"]
    assert run_exeat("check", "-c", path, env=BARE).returncode == 2
    with_ship = name not in ("plain", "classic")
    assert policy["audit"].get("ship") == ({"directory": "/mnt/evidence"} if with_ship else None)
    assert ("witness" in policy["audit"]) == (name in ("held", "gateway"))
    assert policy.get("redirect") == ({"uid": UID} if name in ("classic", "held", "magento") else None)


@pytest.mark.parametrize("name", ["plain", "held", "magento"])
def test_the_gate_is_a_native_sidecar_without_any_right_in_pods_of_every_kind(rendered, name):
    for kind, pod in pods(rendered, name).items():
        gate = gate_of(pod)
        assert gate in pod["initContainers"] and gate["restartPolicy"] == "Always", kind
        assert gate["startupProbe"]["httpGet"]["path"] == "/readyz"
        context = gate["securityContext"]
        assert context["runAsUser"] == context["runAsGroup"] == pod["securityContext"]["fsGroup"] == UID
        assert context["readOnlyRootFilesystem"] and context["allowPrivilegeEscalation"] is False
        assert "ALL" in context["capabilities"]["drop"] and "add" not in context["capabilities"] and context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in gate["env"]} == {"POD": "metadata.name", "NAMESPACE": "metadata.namespace"}
    assert name == "magento" or set(pods(rendered, name)) == set(KINDS)


def test_a_classic_sidecar_and_the_gateway_are_the_same_container(rendered):
    gate = gate_of(pods(rendered, "plain")["Deployment"])
    classic = gate_of(pods(rendered, "classic")["Deployment"])
    alone = gate_of(pod_of(find(rendered["gateway"], "Deployment", "exeat"))["spec"])
    same = set(gate) - {"restartPolicy", "securityContext", "ports"}
    assert {name: classic[name] for name in same} == {name: alone[name] for name in same} == {name: gate[name] for name in same}
    assert "restartPolicy" not in classic and "restartPolicy" not in alone
    assert alone["securityContext"] == gate["securityContext"] and "ALL" in classic["securityContext"]["capabilities"]["drop"]


@pytest.mark.parametrize("name", [*SETS, "magento", "shopify-app"])
def test_every_volume_is_there_and_none_lies_in_another(rendered, name):
    for kind, pod in pods(rendered, name).items():
        volumes = {volume["name"] for volume in pod["volumes"]}
        claims = {claim["metadata"]["name"] for thing in rendered[name] if thing["kind"] == kind for claim in thing["spec"].get("volumeClaimTemplates", [])}
        for container in pod.get("initContainers", []) + pod["containers"]:
            mounts = container["volumeMounts"]
            assert {mount["name"] for mount in mounts} <= volumes | claims, (kind, container["name"])
            paths = [mount["mountPath"] for mount in mounts]
            assert not any(one != other and one.startswith(other + "/") for one in paths for other in paths)


@pytest.mark.parametrize("name", [*SETS, "magento", "shopify-app"])
def test_what_the_policy_names_is_mounted(rendered, name, tmp_path):
    policy = yaml.safe_load(policy_of(rendered[name], tmp_path).read_text())
    gates = [pod_of(thing)["spec"] for thing in rendered[name] if thing["metadata"].get("labels", {}).get("exeat") == "gateway"]
    for pod in gates or pods(rendered, name).values():
        mounts = {mount["mountPath"]: mount for mount in gate_of(pod)["volumeMounts"]}
        writable = [path for path, mount in mounts.items() if not mount.get("readOnly")]
        authority, audit = policy["tls"]["authority"], policy["audit"]
        read = [authority["certificate"], authority["key"], *(audit.get("witness", {}).get(key, authority["key"]) for key in ("key_file", "enrol_token_file", "roots"))]
        assert all(any(one.startswith(path + "/") for path in mounts) for one in read)
        for path in (audit["directory"], audit["key"], policy["listen"]["control"], audit.get("ship", audit)["directory"]):
            assert any(path == mount or path.startswith(mount + "/") for mount in writable), path


def test_who_is_to_have_no_gate_says_so_and_nobody_else_is_left_without(tmp_path):
    llm = workload("Deployment", "llm")
    llm["metadata"]["labels"] = {"exeat": "none"}
    built = build(overlay(tmp_path, "policy", "trust", "sidecar", "redirect", resources=[workload("Deployment", "store"), llm]))
    assert find(built, "Deployment", "llm") == llm
    assert gate_of(pod_of(find(built, "Deployment", "store"))["spec"])


@pytest.mark.parametrize("component, kind", [("sidecar", "Pod"), ("gateway", "Pod"), ("sidecar-classic", "Pod"), ("sidecar-classic", "Job"), ("sidecar-classic", "CronJob")])
def test_a_kind_that_would_have_no_gate_builds_nothing_and_is_told_why(component, kind, tmp_path):
    done = run_kubectl("kustomize", overlay(tmp_path, "policy", "trust", component, resources=[workload(kind)]))
    assert done.returncode != 0 and done.stdout == "" and "this-kind-gets-no-gate" in done.stderr


def test_without_rules_of_its_own_an_overlay_builds_nothing(tmp_path):
    done = run_kubectl("kustomize", overlay(tmp_path, "policy", configMapGenerator=[]))
    assert done.returncode != 0 and "exeat-policy" in done.stderr


def test_a_held_pod_loads_its_rules_before_anything_else_runs(rendered):
    for kind, pod in [*pods(rendered, "held").items(), *pods(rendered, "magento").items()]:
        rules, gate = pod["initContainers"][:2]
        assert gate["name"] == "exeat" and rules["args"] == ["redirect", "apply", "-c", "/etc/exeat/exeat.yaml"], kind
        context = rules["securityContext"]
        assert context["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]} and context["runAsUser"] == 0
        assert "restartPolicy" not in rules and context["allowPrivilegeEscalation"] is False  # it ends, and holds nothing then


def test_a_held_pod_has_no_container_that_can_become_another_user(rendered, tmp_path):
    mine = workload("Deployment", containers=[{"name": "php", "image": "php", "securityContext": {"runAsUser": 33, "capabilities": {"drop": ["ALL"]}}}, {"name": "root", "image": "x"}],
                    initContainers=[{"name": "setup", "image": "php"}])
    built = {"mine": build(overlay(tmp_path, "policy", "trust", "sidecar", "redirect", resources=[mine]))}
    php, root = pods(built, "mine")["Deployment"]["containers"]
    setup = pods(built, "mine")["Deployment"]["initContainers"][2]
    assert setup["name"] == "setup"
    assert php["securityContext"]["runAsUser"] == 33 and "ALL" in php["securityContext"]["capabilities"]["drop"]  # nothing is taken back
    for pod in [*pods(rendered, "held").values(), *pods(rendered, "magento").values(), {"containers": [php, root, setup]}]:
        for container in pod["containers"]:
            context = container["securityContext"]
            assert {"SETUID", "SETGID", "NET_ADMIN", "NET_RAW"} <= set(context["capabilities"]["drop"])
            assert context["allowPrivilegeEscalation"] is False and context.get("runAsUser") != UID


def test_beside_redirect_json_patches_do_and_a_merge_patch_is_seen(tmp_path):
    target, patch = {"kind": "Deployment"}, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "any"}, "spec": {"replicas": 7}}
    others = {"images": [{"name": "php", "newTag": "8"}], "namespace": "shop", "patches": [{"target": target, "patch": "- {op: add, path: /spec/replicas, value: 7}"}]}
    merge = {"patches": [{"target": target, "patch": yaml.safe_dump(patch)}]}
    good, bad = (build(overlay(tmp_path / name, "policy", "trust", "sidecar", "redirect", resources=[workload("Deployment")], **fields))
                 for name, fields in (("good", others), ("bad", merge)))
    assert find(good, "Deployment")["spec"]["replicas"] == 7 and complaints({"good": good}) == []
    (told,) = complaints({"bad": bad})
    assert "allowPrivilegeEscalation" in told and "boolean" in told


@pytest.mark.parametrize("name", ["held", "classic", "magento"])
def test_the_rules_of_a_held_pod_let_the_gate_alone_out(rendered, name, tmp_path):
    printed = run_exeat("redirect", "print", "-c", policy_of(rendered[name], tmp_path), env=ENVIRONMENT)
    assert printed.returncode == 0 and str(UID) in printed.stdout and ":3129" in printed.stdout and ":5353" in printed.stdout


@pytest.mark.parametrize("name, address", [("plain", "127.0.0.1:3128"), ("held", "127.0.0.1:3128"), ("gateway", "exeat:3128"), ("shopify-app", "exeat:3128")])
def test_every_container_of_the_shop_knows_the_gate_and_what_it_may_trust(rendered, name, address):
    client, trust = (find(rendered[name], "ConfigMap", one)["data"] for one in ("exeat-client", "exeat-trust"))
    assert client["https_proxy"] == client["http_proxy"] == client["HTTPS_PROXY"] == f"http://{address}" and "HTTP_PROXY" not in client
    assert [line for line in trust["environment"].splitlines() if not line.startswith("#")] == [f"{key}={client[key]}" for key in dict.fromkeys(re.findall(r"^(\w+)=", trust["environment"], re.M))]
    assert set(client) == set(re.findall(r"^(\w+)=", trust["environment"], re.M))
    named = {value for value in client.values() if value.startswith("/")} | set(re.findall(r"= (/\S+)", trust["exeat.ini"]))
    assert named == {"/etc/exeat-trust/bundle.pem"}
    for pod in pods(rendered, name).values():
        (volume,) = [volume for volume in pod["volumes"] if volume["name"] == "exeat-trust"]
        assert {source["configMap"]["name"] for source in volume["projected"]["sources"]} == {"exeat-bundle", "exeat-trust"}
        for container in pod["containers"]:
            assert {"name": "exeat-trust", "mountPath": "/etc/exeat-trust"} in container["volumeMounts"]
            assert [one["configMapRef"]["name"] for one in container["envFrom"]] == ["exeat-client"]
            (pool,) = [mount["subPath"] for mount in container["volumeMounts"] if mount["mountPath"].endswith("/zz-exeat.conf")]
            assert "clear_env = no" in trust[pool]


def test_php_and_a_shell_read_what_is_mounted(rendered, tmp_path):
    trust = find(rendered["plain"], "ConfigMap", "exeat-trust")["data"]
    for name, text in trust.items():
        (tmp_path / name).write_text(text)
    script = f"set -a; . {tmp_path}/environment; PHP_INI_SCAN_DIR=:{tmp_path}; exec php -r 'echo getenv(\"https_proxy\"), \"\\n\", ini_get(\"curl.cainfo\"), \"\\n\", ini_get(\"openssl.cafile\"), \"\\n\", php_ini_scanned_files();'"
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=120)
    proxy, curl, openssl, *scanned = done.stdout.splitlines()
    assert (proxy, curl, openssl) == ("http://127.0.0.1:3128", "/etc/exeat-trust/bundle.pem", "/etc/exeat-trust/bundle.pem"), done.stderr
    assert str(tmp_path / "exeat.ini") in "".join(scanned) and "".join(scanned).count(".ini") > 1  # beside PHP's own


def test_variables_of_a_containers_own_stay(tmp_path):
    own = {"name": "php", "image": "php", "env": [{"name": "no_proxy", "value": "redis"}], "envFrom": [{"secretRef": {"name": "shop"}}], "volumeMounts": [{"name": "a", "mountPath": "/a"}]}
    built = {"mine": build(overlay(tmp_path, "policy", "trust", "sidecar", resources=[workload("StatefulSet", containers=[own])]))}
    (php,) = pods(built, "mine")["StatefulSet"]["containers"]
    assert php["env"] == own["env"] and {"secretRef": {"name": "shop"}} in php["envFrom"] and len(php["envFrom"]) == 2
    assert own["volumeMounts"][0] in php["volumeMounts"]


def test_a_shop_with_a_gateway_has_no_other_way_out(rendered):
    for name in ("gateway", "shopify-app"):
        labels = {kind: pod_of(thing)["metadata"]["labels"] for thing in rendered[name] if thing["kind"] in KINDS
                  for kind in [thing["kind"] + thing["metadata"]["name"]]}
        assert labels.pop("Deploymentexeat") == {"exeat": "gateway"} and all(one["exeat"] == "client" for one in labels.values())
        assert all([volume["name"] for volume in pod["volumes"]] == ["exeat-trust"] for pod in pods(rendered, name).values())  # nothing of the gate's
        policies = {thing["metadata"]["name"]: thing["spec"] for thing in rendered[name] if thing["kind"] == "NetworkPolicy"}
        client, gate = policies["exeat-client"], policies["exeat-gateway"]
        assert client["podSelector"] == {"matchLabels": {"exeat": "client"}} and client["policyTypes"] == ["Egress"]
        for rule in client["egress"]:
            assert rule["to"] and all("podSelector" in one and "ipBlock" not in one for one in rule["to"])
        assert gate["ingress"][0]["from"] == [{"podSelector": {"matchLabels": {"exeat": "client"}}}]
        service = find(rendered[name], "Service", "exeat")["spec"]
        ports = {port["name"]: port["containerPort"] for port in gate_of(pod_of(find(rendered[name], "Deployment", "exeat"))["spec"])["ports"]}
        assert service["selector"] == {"exeat": "gateway"} and ports[service["ports"][0]["targetPort"]] == 3128


def test_network_policies_are_about_pods_that_have_a_gate(rendered):
    for name, kind, where in (("held", "NetworkPolicy", "podSelector"), ("classic", "CiliumNetworkPolicy", "endpointSelector")):
        selector = find(rendered[name], kind)["spec"][where]["matchLabels"]
        for thing in rendered[name]:
            if thing["kind"] in KINDS:
                assert selector.items() <= pod_of(thing)["metadata"]["labels"].items()


def test_a_stores_volume_is_a_claim_and_evidence_another(rendered):
    deployment, stateful = (find(rendered["held"], kind) for kind in ("Deployment", "StatefulSet"))
    volumes = {volume["name"]: volume for volume in pod_of(deployment)["spec"]["volumes"]}
    assert "volumeClaimTemplate" in volumes["exeat-store"]["ephemeral"] and "emptyDir" not in volumes["exeat-store"]
    assert [claim["metadata"]["name"] for claim in stateful["spec"]["volumeClaimTemplates"]] == ["exeat-store"]
    claim = find(rendered["held"], "PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    for pod in pods(rendered, "held").values():
        (evidence,) = [volume for volume in pod["volumes"] if volume["name"] == "exeat-evidence"]
        assert evidence["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"] and "emptyDir" not in evidence


def test_the_model_is_where_the_rules_look_for_it(rendered, tmp_path):
    things = [thing for thing in rendered["magento"] if thing["metadata"].get("namespace") == "inference"]
    service, pod = find(things, "Service"), pod_of(find(things, "Deployment"))
    rules = yaml.safe_load((policy_of(rendered["magento"], tmp_path).parent / "rules.yaml").read_text())
    assert rules["inference"][0]["endpoint"] == f"http://{service['metadata']['name']}.inference.svc.cluster.local:{service['spec']['ports'][0]['port']}"
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    (container,) = pod["spec"]["containers"]
    words = dict(zip(container["args"][::2], container["args"][1::2]))
    assert words["--alias"] in rules["inference"][0]["models"].values() and int(words["--port"]) == container["ports"][0]["containerPort"]
    assert any(words["--model"].startswith(mount["mountPath"] + "/") for mount in container["volumeMounts"])
    gates = find([thing for thing in things if thing["kind"] == "NetworkPolicy"], "NetworkPolicy")["spec"]["ingress"][0]["from"][0]["podSelector"]
    assert gates == {"matchExpressions": [{"key": "exeat", "operator": "In", "values": ["sidecar", "gateway"]}]}


def test_every_gate_is_scraped_by_the_name_of_its_port(rendered):
    for name in ("magento", "shopify-app"):
        monitor = find(rendered[name], "PodMonitor")["spec"]
        (expression,) = monitor["selector"]["matchExpressions"]
        for thing in rendered[name]:
            labels = pod_of(thing)["metadata"]["labels"] if thing["kind"] in KINDS else {}
            if labels.get("exeat") in expression["values"]:
                assert monitor["podMetricsEndpoints"][0]["port"] in {port["name"] for port in gate_of(pod_of(thing)["spec"])["ports"]}


def test_the_witness_is_a_stateful_set_with_its_service(rendered):
    things = rendered["audit"]
    assert {thing["metadata"].get("namespace", "audit") for thing in things} == {"audit"}
    stateful, service = find(things, "StatefulSet"), find(things, "Service")
    assert stateful["spec"]["replicas"] == 1 and service["spec"]["selector"].items() <= pod_of(stateful)["metadata"]["labels"].items()
    known = run_exeat("help", "witness").stdout
    (container,) = pod_of(stateful)["spec"]["containers"]
    assert container["args"][0] == "witness"
    assert all(word.split("=")[0] in known for word in container["args"][1:])
    url = re.search(r"url: https://(\S+)", find(rendered["held"], "ConfigMap", "exeat-policy")["data"]["exeat.yaml"]).group(1)
    assert url.startswith(f"{service['metadata']['name']}.audit.svc.")


def test_what_containers_are_told_by_args_are_commands_of_the_images_entry_point():
    page = (TOP / "docs/operations.md").read_text()
    assert (TOP / "Dockerfile").read_text().endswith('ENTRYPOINT ["/usr/local/bin/exeat"]\nCMD ["run", "-c", "/etc/exeat/exeat.yaml"]\n')
    assert "entry point is `exeat`, and `run -c /etc/exeat/exeat.yaml` what it is told" in page
    told = re.findall(r"^ +args: \[(\w+)", page, re.M) + re.findall(r"^podman run .* localhost/exeat (\w+)", page.replace("    podman", "podman"), re.M)
    assert {"redirect", "ca"} <= set(told) and all(run_exeat("help", word).returncode == 0 for word in told), told


def test_the_commands_of_the_readme_make_what_the_pods_wait_for(tmp_path):
    text = (TOP / "README.md").read_text().split("\n## Deploy it\n", 1)[1].split("\n## ", 1)[0]
    commands = [line[4:] for line in text.splitlines() if line.startswith("    ") and ("config/kubernetes" in line or "kubectl" in line)]
    assert len(commands) == 3
    programs = tmp_path / "bin"  # what needs a cluster is printed instead
    programs.mkdir()
    (programs / "exeat").symlink_to(EXEAT)
    (programs / "kubectl").write_text(f"""#!/bin/sh
if [ "$1" = apply ]; then exec {KUBECTL} kustomize "$3"; fi
exec {KUBECTL} "$@" --dry-run=client -o yaml
""")
    (programs / "kubectl").chmod(0o755)
    (tmp_path / "config").symlink_to(TOP / "config")
    printed = []
    for command in commands:
        command = command.replace("kubectl create configmap", "echo ---; kubectl create configmap")
        done = subprocess.run(["sh", "-ec", command], cwd=tmp_path, env={**BARE, "PATH": f"{programs}:{os.environ['PATH']}"}, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        printed += objects(done.stdout)
    assert complaints({"printed": printed}) == []
    secret, bundle = find(printed, "Secret"), find(printed, "ConfigMap", "exeat-bundle")
    assert set(secret["data"]) == {"ca.pem", "ca.key"} and "BEGIN CERTIFICATE" in bundle["data"]["bundle.pem"]
    deployment = find(printed, "Deployment", "web")
    assert secret["metadata"]["namespace"] == bundle["metadata"]["namespace"] == deployment["metadata"]["namespace"]
    made = {(thing["kind"], thing["metadata"]["name"]) for thing in printed if thing["metadata"].get("namespace") == "shop"}
    for volume in pod_of(deployment)["spec"]["volumes"]:
        sources = volume.get("projected", {}).get("sources", [volume])
        for source in sources:
            for field, kind, name in (("secret", "Secret", "name"), ("configMap", "ConfigMap", "name"), ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName")):
                if field in source and not source[field].get("optional"):
                    assert (kind, source[field][name]) in made, volume
