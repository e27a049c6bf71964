# cnnviz as a server, without TensorFlow:
#   docker build -t cnnviz . && docker run --rm -p 8501:8501 cnnviz
# With it (2 GB more): docker build --build-arg LOCK=tensorflow -t cnnviz .
# Every package is one whose hash stands in locks/. The image below it by its digest: see deploy/README.md.

ARG PYTHON=python:3.13-slim
FROM ${PYTHON}
ARG LOCK=page
COPY locks /source/locks
RUN pip install --no-cache-dir --require-hashes -r /source/locks/${LOCK}.txt
COPY . /source
RUN pip install --no-cache-dir --no-deps --no-build-isolation /source \
 && rm -r /source \
 && useradd --create-home --uid 1000 cnnviz
USER cnnviz
WORKDIR /home/cnnviz
# Keras keeps the full CIFAR-10 here, where TensorFlow is installed; mount a volume to keep it longer.
ENV KERAS_HOME=/home/cnnviz/.keras \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_SCRIPT_HEALTH_CHECK_ENABLED=true
EXPOSE 8501
# Asks for a page and not only for a sign of life: the server's own "ok" comes also while pages wait.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD \
    ["python", "-c", "import os, urllib.request as ask; ask.urlopen('http://127.0.0.1:8501' + os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '') + '/_stcore/script-health-check', timeout=9)"]
CMD ["cnnviz"]
