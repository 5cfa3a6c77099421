# The operator's image. From a folder with the released program:
#
#   docker build -f deploy/containers/portico-operator.Dockerfile -t portico/portico-operator:VERSION FOLDER

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 \
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 portico-operator /usr/local/bin/
USER 65532:65532
ENTRYPOINT ["portico-operator"]
CMD ["run", "--help"]
