import APIServer
import Control
package import JSON
import Logging
import Model
import NIOPosix
import ServiceLifecycle

/// The REST API of a test's edge, over a real socket, with a key of the edge's first account.
package struct TestAPI: Sendable {
    package let port: Int
    private let key: String

    package struct Answer: Sendable, CustomStringConvertible {
        package let status: Int
        package let object: JSONObject

        package var description: String { "\(self.status) \(JSONValue.object(self.object).text)" }

        /// The number of the error's code; nil for none.
        package var code: Int? {
            self.object["error_code"]?.string.flatMap { Int($0.dropFirst("ERR_NGROK_".count)) }
        }

        package func text(_ name: String) -> String { self.object[name]?.string ?? "" }
    }

    /// Makes one call over a connection of its own.
    @discardableResult
    package func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        let connection = try await TestConnection.open(port: UInt16(self.port))
        let text = body?.text ?? ""
        let type = body == nil ? "" : "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n"
        try await connection.write(
            """
            \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(self.port)\r\nAuthorization: Bearer \(self.key)\r\n\
            Ngrok-Version: 2\r\nConnection: close\r\n\(type)\r\n\(text)
            """
        )
        let answer = String(decoding: try await connection.readToEnd(), as: UTF8.self)
        await connection.close()
        let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
        return Answer(
            status: Int(answer.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0,
            object: (try? JSONValue(reading: Array(body.utf8)))?.object ?? JSONObject()
        )
    }

    /// The same with another key.
    package func with(key: String) -> TestAPI { TestAPI(port: self.port, key: key) }

    fileprivate init(port: Int, key: String) {
        self.port = port
        self.key = key
    }
}

extension TestEdge {
    /// Runs `body` while the edge's API is served.
    package func withAPI<Result: Sendable>(
        _ body: @Sendable @escaping (TestAPI) async throws -> Result
    ) async throws -> Result {
        let key = try await APIKeyProvisioning(store: self.store).create(
            account: self.account.account,
            user: self.account.user
        )
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var configuration = APIServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.callsPerMinute = 100_000
        let logger = Logger(label: "api") { _ in SwiftLogNoOpLogHandler() }
        let server = APIServer(
            configuration,
            control: self.control,
            on: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            whenListening: { port.yield($0) }
        )
        let group = ServiceGroup(services: [Serving(server: server)], logger: logger)
        return try await withThrowingTaskGroup(of: Result?.self) { tasks in
            tasks.addTask {
                try await group.run()
                port.finish()
                return nil
            }
            tasks.addTask {
                guard let number = await ports.first(where: { _ in true }) else { throw CancellationError() }
                return try await body(TestAPI(port: number, key: key.token.reveal()))
            }
            var result: Result?
            while let next = try await tasks.next() {
                guard let next else { continue }
                result = next
                await group.triggerGracefulShutdown()
            }
            guard let result else { throw CancellationError() }
            return result
        }
    }
}

private struct Serving: Service {
    let server: APIServer

    func run() async throws { try await self.server.run() }
}
