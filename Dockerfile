# Two images: `api`, the web process without torch, and `worker`, which infers, on a GPU where there is one.
#   docker build --target api -t debrief-api . && docker build --target worker -t debrief-worker .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG CUDA_IMAGE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04

FROM ${PYTHON_IMAGE} AS api-packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements /build/requirements
RUN python -m venv /app/.venv \
    && /app/.venv/bin/python -m pip install --quiet --requirement /build/requirements/api.txt

FROM ${PYTHON_IMAGE} AS api
ENV PATH=/app/.venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DEBRIEF_DATA=/data DEBRIEF_WEB__HOST=0.0.0.0 DEBRIEF_WEB__PORT=8321
RUN useradd --create-home --uid 10001 debrief && install --directory --owner debrief /data
WORKDIR /app
COPY --from=api-packages /app/.venv /app/.venv
COPY core core
COPY models models
COPY ingest ingest
COPY transcription transcription
COPY analysis analysis
COPY report report
COPY api api
COPY scripts scripts
USER 10001
VOLUME /data
EXPOSE 8321
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "scripts.alive"]
ENTRYPOINT ["python", "-m"]
CMD ["api"]

FROM ${CUDA_IMAGE} AS worker
ENV DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 \
    PATH=/app/.venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DEBRIEF_DATA=/data DEBRIEF_WEIGHTS=/weights
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 debrief \
    && install --directory --owner debrief /data /weights
WORKDIR /app
COPY requirements requirements
COPY scripts/torchaudio_cpu.py scripts/torchaudio_cpu.py
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --quiet --requirement requirements/runtime.txt \
    && .venv/bin/python scripts/torchaudio_cpu.py
COPY core core
COPY models models
COPY ingest ingest
COPY transcription transcription
COPY analysis analysis
COPY report report
COPY worker worker
COPY scripts scripts
COPY NOTICE NOTICE
USER 10001
RUN python -m scripts.weights
VOLUME /data
ENTRYPOINT ["python", "-m"]
CMD ["worker", "--lane", "gpu"]
