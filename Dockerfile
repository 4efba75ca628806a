# One static binary in an empty image: no shell, no libraries, not root. See docs/how-to/run-in-a-container.md.
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
# glibc, linked in: its look-ups by /etc/hosts and DNS need no other file. Build scripts and macros must not be static,
# which is why the target is named.
RUN target="$(rustc -vV | sed -n 's/^host: //p')" \
 && RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --release --bin passgate --target "$target" \
 && install -D -m 0755 "target/$target/release/passgate" /out/bin/passgate
RUN install -d -m 0700 /out/state/data

FROM scratch
COPY --from=build /out/bin/passgate /passgate
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/state/ /
ENV PASSGATE_LISTEN=0.0.0.0:8080 PASSGATE_DATA_DIR=/data PASSGATE_LOG_FORMAT=json
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["/passgate", "health"]
ENTRYPOINT ["/passgate"]
CMD ["serve"]
