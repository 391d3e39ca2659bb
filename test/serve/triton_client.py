"""Asks a server with NVIDIA's own client: JSON and binary, load and unload, statistics.

usage: triton_client.py HOST:PORT MODEL.onnx INPUTS.json EXPECTED.json
"""

import json
import sys
from importlib.metadata import version

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

address, model_path, inputs_path, expected_path = sys.argv[1:]
rows = np.array(json.load(open(inputs_path)), dtype=np.float32)
expected = np.array(json.load(open(expected_path)), dtype=np.float32)
genome = np.arange(len(rows), dtype=np.int64) % 2
client = triton.InferenceServerClient(address)

assert client.is_server_live() and client.is_server_ready()
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]

with open(model_path, "rb") as file:
    client.load_model(
        "pair", config=json.dumps({"backend": "onnxruntime"}), files={"file:1/model.onnx": file.read()}
    )
assert client.is_model_ready("pair") and client.is_model_ready("pair", "1")
assert [entry["name"] for entry in client.get_model_repository_index()] == ["pair"]
metadata = client.get_model_metadata("pair")
assert [tensor["name"] for tensor in metadata["inputs"]] == ["inputs", "genome"], metadata
assert client.get_model_config("pair")["name"] == "pair"

print(f"tritonclient {version('tritonclient')}: loaded a model inline, found it ready and described")

runs = 0
for binary_in in (False, True):
    for binary_out in (False, True):
        tensors = [
            triton.InferInput("inputs", list(rows.shape), "FP32"),
            triton.InferInput("genome", list(genome.shape), "INT64"),
        ]
        tensors[0].set_data_from_numpy(rows, binary_data=binary_in)
        tensors[1].set_data_from_numpy(genome, binary_data=binary_in)
        asked = [triton.InferRequestedOutput("outputs", binary_data=binary_out)]
        answer = client.infer("pair", tensors, outputs=asked, request_id="7")
        np.testing.assert_allclose(answer.as_numpy("outputs"), expected, rtol=1e-5, atol=1e-5)
        assert answer.get_response()["id"] == "7"
        runs += 1
answer = client.infer("pair", tensors)
np.testing.assert_allclose(answer.as_numpy("outputs"), expected, rtol=1e-5, atol=1e-5)
runs += 1

pending = [client.async_infer("pair", tensors) for _ in range(4)]
for request in pending:
    np.testing.assert_allclose(
        request.get_result().as_numpy("outputs"), expected, rtol=1e-5, atol=1e-5
    )
runs += len(pending)
print(f"{runs} answers, JSON and binary either way and asynchronous, within 1e-5 of native")

[statistics] = client.get_inference_statistics("pair")["model_stats"]
assert statistics["inference_count"] == runs * len(rows), statistics
# Requests that wait together share a run.
assert 1 <= statistics["execution_count"] <= runs, statistics
assert statistics["inference_stats"]["success"]["count"] == runs, statistics
[of_all] = client.get_inference_statistics()["model_stats"]
assert of_all["inference_count"] == statistics["inference_count"]
print(f"statistics: {statistics['inference_count']} rows, {statistics['execution_count']} runs")

genome[0] = 2
tensors[1].set_data_from_numpy(genome)
try:
    client.infer("pair", tensors)
    raise SystemExit("an index outside the population was answered")
except InferenceServerException as error:
    assert "from 0 to 1, got 2" in str(error), error

genome[0] = 0
tensors[1].set_data_from_numpy(genome)
try:
    client.infer("pair", tensors, request_compression_algorithm="gzip")
    raise SystemExit("a compressed request was answered")
except InferenceServerException as error:
    assert "uncompressed" in str(error), error
print("refused an index outside the population, and a compressed request")

client.unload_model("pair")
assert not client.is_model_ready("pair")
states = [entry["state"] for entry in client.get_model_repository_index()]
assert states == ["UNAVAILABLE"], states
print("unloaded it")
