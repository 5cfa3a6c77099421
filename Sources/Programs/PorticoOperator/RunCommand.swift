import APIClient
import Addressing
import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Model
import Operator
import Portico
import ServiceLifecycle
import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Follow the cluster and serve what it asks for, until SIGTERM or SIGINT.",
        discussion: """
            PORTICO_AUTHTOKEN (or NGROK_AUTHTOKEN) is what the edge is connected to with, PORTICO_API_KEY (or \
            NGROK_API_KEY) what its REST API is asked with.
            Example:
              portico-operator run --server-addr edge.example.com:443 --api-url https://api.example.com
            """
    )

    @OptionGroup(title: "The cluster")
    var cluster: ClusterOptions

    @OptionGroup(title: "The edge")
    var edge: EdgeOptions

    @OptionGroup(title: "What is served, and how")
    var serving: ServingOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var logger = Logger(label: "portico-operator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = self.serving.logLevel
        let found = try self.cluster.configuration(environment)
        var configuration = OperatorConfiguration(
            cluster: found,
            namespace: environment["POD_NAMESPACE"] ?? found.namespace,
            identity:
                "\(environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName)_\(UUID().uuidString.lowercased())",
            agent: try self.edge.agent(environment)
        )
        configuration.api = try self.edge.api(environment)
        configuration.release = self.cluster.releaseName
        configuration.electionID = self.cluster.electionID
        configuration.watchNamespace = self.cluster.watchNamespace
        try self.serving.apply(to: &configuration)
        let process: OperatorProcess
        do {
            process = try OperatorProcess(configuration, logger: logger)
        } catch {
            throw Failure(.usage, "The cluster cannot be asked: \(error)")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: Running(process: process))],
                gracefulShutdownSignals: [.sigterm, .sigint],
                // It would log the whole configuration.
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await group.run()
    }
}

private struct Running: ServiceLifecycle.Service {
    let process: OperatorProcess

    func run() async throws { try await self.process.run() }
}
