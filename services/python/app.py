"""The inference service as Python teams deploy it: FastAPI, uvicorn, ONNX Runtime.

It answers the same POST /infer as `neatron serve`, and takes models by the same load route, so
that `neatron train --url` and `neatron bench --python` can use it in its place:

    npm run serve:python -- --port 8001 --allow-load
"""

import argparse
import base64
import binascii
import time
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

FILE = "file:1/model.onnx"


class RequestError(Exception):
    """A failure whose message is meant for the client."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.code = code


class InferBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())

    inputs: Annotated[list[list[float | int]], Field(min_length=1)]
    model: str | None = None
    genome: list[int] | None = None


class LoadBody(BaseModel):
    parameters: dict[str, str]


@dataclass
class Model:
    session: onnxruntime.InferenceSession
    width: int
    population: int | None
    """Genomes of a population model; None for a model of one genome."""


class Service:
    def __init__(self, allow_load: bool):
        self.allow_load = allow_load
        self.models: dict[str, Model] = {}

    def find(self, name: str | None) -> Model:
        if name is None and self.models:
            name = "default" if "default" in self.models else next(iter(self.models))
        if name not in self.models:
            loaded = ", ".join(self.models) or "none"
            raise RequestError(404, "MODEL_UNKNOWN", f"No model {name!r}; loaded: {loaded}.")
        return self.models[name]

    def load(self, name: str, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except Exception as error:
            message = f"ONNX Runtime refuses the model: {error}"
            raise RequestError(400, "MODEL_REFUSED", message) from error
        inputs = {tensor.name: tensor for tensor in session.get_inputs()}
        if "inputs" not in inputs or set(inputs) - {"inputs", "genome"}:
            message = f"Expected the inputs of an exported genome or population, got {list(inputs)}."
            raise RequestError(400, "MODEL_REFUSED", message)
        size = session.get_modelmeta().custom_metadata_map.get("population_size", "1")
        population = int(size) if "genome" in inputs else None
        self.models[name] = Model(session, inputs["inputs"].shape[1], population)

    def check_loading(self) -> None:
        if not self.allow_load:
            message = "Loading is off. Start the service with --allow-load."
            raise RequestError(403, "LOADING_OFF", message)


def read_inputs(model: Model, body: InferBody) -> dict[str, np.ndarray]:
    for index, row in enumerate(body.inputs):
        if len(row) != model.width:
            message = f"inputs[{index}]: expected {model.width} numbers, got {len(row)}."
            raise RequestError(400, "INPUT_LENGTH", message)
    with np.errstate(over="ignore"):
        inputs = np.array(body.inputs, dtype=np.float32)
    if not np.isfinite(inputs).all():
        message = "inputs: expected finite numbers within the range of float32."
        raise RequestError(400, "INPUT_NOT_FINITE", message)
    feeds = {"inputs": inputs}
    size = model.population or 1
    if model.population is not None or body.genome is not None:
        genome = body.genome
        if genome is None or len(genome) != len(inputs) or not all(0 <= g < size for g in genome):
            message = f"genome: expected {len(inputs)} indices from 0 to {size - 1}, got {genome}."
            raise RequestError(400, "GENOME_INDEX", message[:300])
        if model.population is not None:
            feeds["genome"] = np.array(genome, dtype=np.int64)
    return feeds


def make_app(service: Service) -> FastAPI:
    app = FastAPI(title="neatron inference service")

    @app.exception_handler(RequestError)
    async def refuse(_: Request, error: RequestError) -> Response:
        return JSONResponse({"error": str(error), "code": error.code}, error.status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"error": f"{place}: {first['msg']}", "code": "BODY_INVALID"}, 400)

    @app.post("/infer")
    async def infer(body: InferBody) -> Response:
        model = service.find(body.model)
        feeds = read_inputs(model, body)
        start = time.perf_counter()
        [outputs] = model.session.run(["outputs"], feeds)
        milliseconds = (time.perf_counter() - start) * 1000
        if not np.isfinite(outputs).all():
            raise RequestError(422, "OUTPUT_NOT_FINITE", "The network overflowed on these inputs.")
        timing = {"server-timing": f"queue;dur=0, infer;dur={milliseconds:.4f}"}
        return JSONResponse({"outputs": outputs.tolist()}, headers=timing)

    @app.get("/v2")
    async def about() -> dict:
        runtime = {"name": "onnxruntime", "version": onnxruntime.__version__}
        return {"name": "neatron-python", "version": "1", "extensions": [], "runtime": runtime}

    @app.get("/v2/health/{kind}")
    async def health(kind: str) -> dict:
        return {kind: True}

    @app.post("/v2/repository/models/{name}/load")
    async def load(name: str, body: LoadBody) -> dict:
        service.check_loading()
        try:
            content = base64.b64decode(body.parameters[FILE], validate=True)
        except (KeyError, binascii.Error) as error:
            message = f"Expected the model as base64 in parameters, {FILE!r}."
            raise RequestError(400, "BODY_INVALID", message) from error
        service.load(name, content)
        return {"name": name, "version": "1"}

    @app.post("/v2/repository/models/{name}/unload")
    async def unload(name: str) -> dict:
        service.check_loading()
        service.find(name)
        del service.models[name]
        return {}

    return app


class Announcing(uvicorn.Server):
    """Prints one line with its URL when it is ready."""

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"neatron-python serving http://127.0.0.1:{port}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="models to serve, each under its file name")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--allow-load", action="store_true", help="let clients load models")
    arguments = parser.parse_args()
    service = Service(arguments.allow_load)
    for path in arguments.models:
        with open(path, "rb") as file:
            name = path.rsplit("/", 1)[-1].removesuffix(".onnx")
            service.load(name, file.read())
    config = uvicorn.Config(
        make_app(service), host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False
    )
    Announcing(config).run()


if __name__ == "__main__":
    main()
