import NIOCore
import Portico

/// Answers every visitor of a public URL with a greeting. The process opens no port: it connects to an edge.
@main
struct HelloListener {
    static func main() async throws {
        guard CommandLine.arguments.count == 4 else {
            print("usage: HelloListener EDGE_HOST:PORT AUTHTOKEN CA_FILE|host")
            return
        }
        let (server, token, authority) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
        let agent = try await Agent.connect(
            Agent.Configuration(
                server: ServerAddress(server),
                authtoken: token,
                trust: authority == "host" ? .system : .file(authority),
                product: Agent.Product(name: "hello-listener", version: "1.0.0")
            )
        )
        let listener = try await agent.listen()
        print("serving \(listener.url)")
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in listener {
                group.addTask {
                    // A visitor that goes away is no reason to stop serving the others.
                    try? await Self.greet(connection)
                }
            }
        }
    }

    /// Reads the head of one request, answers it and ends the connection.
    private static func greet(_ connection: Connection) async throws {
        var head = ""
        while !head.contains("\r\n\r\n"), let bytes = try await connection.read() {
            head += String(buffer: bytes)
            // What is longer is no request that deserves a greeting.
            guard head.utf8.count <= 16_384 else { return connection.close() }
        }
        let body = "Hello, \(connection.remoteAddress)!\n"
        try await connection.write(
            ByteBuffer(
                string: """
                    HTTP/1.1 200 OK\r
                    content-type: text/plain\r
                    content-length: \(body.utf8.count)\r
                    connection: close\r
                    \r
                    \(body)
                    """
            )
        )
        connection.finish()
    }
}
