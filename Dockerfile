# Parley with Slack, Discord or both; settings come as environment variables (.env.example).
#   docker build -t parley . && docker run --env-file .env -v parley:/data -p 127.0.0.1:8080:8080 parley

# The Python that the tests run on.
FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/parley
COPY requirements/docker.txt /tmp/docker.txt
RUN /opt/parley/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/docker.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 parley && install -d -o parley /data
COPY --from=build /opt/parley /opt/parley
WORKDIR /srv/parley
COPY bot bot
COPY adapters adapters
COPY handlers handlers
ENV PATH=/opt/parley/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PARLEY_DATABASE_URL=sqlite:////data/parley.db \
    PARLEY_HTTP_HOST=0.0.0.0
RUN python -m compileall -q .

USER parley
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=7s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ.get('PARLEY_HTTP_PORT', '8080'), timeout=6)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
