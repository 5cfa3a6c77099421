# The edge's image. From a folder with the released program:
#
#   docker build -f deploy/containers/portico-edge.Dockerfile -t portico/portico-edge:VERSION FOLDER
#
# The libraries behind the first line are opened only where they are wanted: PostgreSQL, the firewall and its rules, Kafka,
# the SSH gateway.

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libsqlite3-0 libstdc++6 \
        libpq5 libmodsecurity3 modsecurity-crs librdkafka1 libssh-4 \
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 portico-edge /usr/local/bin/
USER 65532:65532
EXPOSE 8080 8443 4443 4041
ENTRYPOINT ["portico-edge"]
CMD ["serve"]
