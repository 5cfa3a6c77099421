import Hummingbird
import Portico

/// A web application with a public URL of its own.
@main
struct HelloHummingbird {
    static func main() async throws {
        guard CommandLine.arguments.count == 4 else {
            print("usage: HelloHummingbird EDGE_HOST:PORT AUTHTOKEN CA_FILE|host")
            return
        }
        let (server, token, authority) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
        let agent = try await Agent.connect(
            Agent.Configuration(
                server: ServerAddress(server),
                authtoken: token,
                trust: authority == "host" ? .system : .file(authority),
                product: Agent.Product(name: "hello-hummingbird", version: "1.0.0")
            )
        )
        let router = Router()
        router.get("/") { _, _ in "Hello from Hummingbird!\n" }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                do {
                    print("serving \(try await agent.forward(to: "\(port)").url)")
                } catch {
                    print("no endpoint: \(error)")
                }
            }
        )
        try await application.runService()
        await agent.close()
    }
}
