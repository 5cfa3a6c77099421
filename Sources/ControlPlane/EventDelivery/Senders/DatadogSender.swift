internal import CZlib
internal import JSON
internal import Model

/// Sends events to the logs of Datadog.
package struct DatadogSender: EventSender {
    let key: Secret
    let tags: String
    let service: String
    let site: String
    let account: ResourceID<AccountKind>
    let transport: any EventTransport

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let entries = events.map { event -> JSONValue in
            [
                "ddsource": "portico", "ddtags": .string(self.tags), "service": .string(self.service),
                "message": .string(event.line),
            ]
        }
        guard let body = Gzip.compress(Array(JSONValue.array(entries).text.utf8)) else {
            throw .failed("the events could not be compressed")
        }
        let post = EventPost(
            url: "https://http-intake.logs.\(self.site)/api/v2/logs",
            fields: [
                ("content-type", "application/json"), ("content-encoding", "gzip"),
                ("dd-api-key", self.key.reveal()), ("user-agent", "portico-events"),
            ],
            body: body,
            account: self.account
        )
        try await self.transport.post(post).check("Datadog")
    }
}

/// Bytes as a gzip file.
enum Gzip {
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard czlib_deflate_open(&stream, 6, 31) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        // As much as it can grow to, so that one call does.
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))) + 32)
        let code = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        return code == Z_STREAM_END ? Array(output.prefix(output.count - Int(stream.avail_out))) : nil
    }
}
