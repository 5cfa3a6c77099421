import APITypes
import HTTPTypes
import Hummingbird
import JSON
import Model
import NIOCore

/// The parts of a request that the API looks at.
struct RequestReading {
    let request: Request
    let configuration: APIServerConfiguration

    // MARK: - Query

    /// The query's parameters, decoded.
    ///
    /// - Throws: `apiQueryMalformed`.
    func query() throws(Failure) -> [(name: String, value: String)] {
        guard let query = self.request.uri.query, !query.isEmpty else { return [] }
        var items: [(name: String, value: String)] = []
        for part in query.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decode(sides[0]),
                let value = PercentText.decode(sides.count > 1 ? sides[1] : "")
            else { throw Failure(.apiQueryMalformed, "\"\(part.prefix(100))\" is no parameter.") }
            items.append((name, value))
        }
        return items
    }

    /// - Throws: `apiQueryUnknown`, where a call takes no parameters.
    func refuseQuery() throws(Failure) {
        guard let first = try self.query().first else { return }
        throw Failure(.apiQueryUnknown, "There is no parameter \"\(first.name.prefix(100))\" here.")
    }

    // MARK: - Body

    /// Whether the head announces a body.
    private var hasBody: Bool {
        let fields = self.request.headers
        return fields[.transferEncoding] != nil || (fields[.contentLength] ?? "0") != "0"
    }

    /// - Throws: `apiBodyUnwanted`.
    func refuseBody() throws(Failure) {
        guard !self.hasBody else { throw Failure(.apiBodyUnwanted, "A \(self.request.method) has no body here.") }
    }

    /// The body as an object; empty when there is no body.
    ///
    /// - Throws: what is wrong with its type, its size or its form.
    func object() async throws(Failure) -> JSONObject {
        guard self.hasBody else { return JSONObject() }
        let buffer = try await self.bytes()
        // Clients announce a body in chunks and send none: then it needs no type.
        guard buffer.readableBytes > 0 else { return JSONObject() }
        try self.checkType()
        do throws(JSONError) {
            let value = try JSONValue(reading: buffer.readableBytesView)
            guard let object = value.object else {
                throw JSONError.malformed(at: 0)
            }
            return object
        } catch {
            throw Failure(.apiBodyNotJSON, "The body is \(error).", cause: error)
        }
    }

    private func checkType() throws(Failure) {
        guard let text = self.request.headers[.contentType] else {
            throw Failure(.apiContentTypeMissing, "The body has no Content-Type.")
        }
        let type = text.prefix { $0 != ";" }.trimmingBlanks.lowercased()
        guard type == "application/json" else {
            throw Failure(.apiContentTypeUnknown, "The body's type is \"\(text.prefix(100))\".")
        }
    }

    private func bytes() async throws(Failure) -> ByteBuffer {
        let limit = self.configuration.bodyLimit
        do {
            return try await Self.within(self.configuration.bodyTimeout) { [request] in
                try await request.body.collect(upTo: limit)
            }
        } catch is NIOTooManyBytesError {
            throw Failure(.apiBodyTooLarge, "The body has more than \(limit) bytes.")
        } catch {
            throw Failure(.apiBodyUnreadable, "The body did not arrive.", detail: "\(error)", cause: error)
        }
    }

    private static func within<Value: Sendable>(
        _ time: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: time)
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

extension Substring {
    /// Without blanks at its ends.
    var trimmingBlanks: Substring {
        var rest = self.drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
