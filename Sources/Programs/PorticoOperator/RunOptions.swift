import APIClient
import Addressing
import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Model
import Operator
import Portico

struct ClusterOptions: ParsableArguments {
    @Option(help: "The file that names the cluster; else KUBECONFIG, else the cluster that this runs in.")
    var kubeconfig: String?

    @Option(help: "What the installation is called.")
    var releaseName = "ngrok-operator"

    @Option(name: .customLong("election-id"), help: "The lease that one of several replicas holds.")
    var electionID = "ngrok-operator-leader"

    @Option(
        name: [.customLong("watch-namespace"), .customLong("ingress-watch-namespace")],
        help: "The one namespace that is watched; all, where it is empty."
    )
    var watchNamespace = ""

    func configuration(_ environment: [String: String]) throws(Failure) -> ClusterConfiguration {
        do throws(ClusterConfigurationError) {
            return try ClusterConfiguration.find(kubeconfig: self.kubeconfig, environment: environment)
        } catch {
            throw Failure(.usage, "The cluster cannot be found: \(error)")
        }
    }
}

struct EdgeOptions: ParsableArguments {
    @Option(help: "host:port where the edge accepts agents.")
    var serverAddr: String

    @Option(
        name: .customLong("root-cas"),
        help: "Whose certificates the edge and its API may show: host for the system's roots, or a PEM file."
    )
    var rootCAs = "host"

    @Option(name: .customLong("api-url"), help: "Where the edge's REST API is.")
    var apiURL: String?

    func agent(_ environment: [String: String]) throws -> Agent.Configuration {
        guard let token = Self.value("AUTHTOKEN", environment) else {
            throw Failure(.usage, "There is no authtoken: set PORTICO_AUTHTOKEN")
        }
        return Agent.Configuration(
            server: try ServerAddress(self.serverAddr),
            authtoken: token,
            trust: self.authorities.map { .file($0) } ?? .system,
            product: Agent.Product(name: "portico-operator", version: Agent.version)
        )
    }

    /// nil where no URL is given.
    func api(_ environment: [String: String]) throws(Failure) -> OperatorConfiguration.API? {
        guard let apiURL else { return nil }
        guard let key = Self.value("API_KEY", environment) else {
            throw Failure(.usage, "There is no API key for \(apiURL): set PORTICO_API_KEY")
        }
        return OperatorConfiguration.API(
            try APIAddress(apiURL),
            key: Secret(key),
            authorities: self.authorities
        )
    }

    private var authorities: String? { ["host", "trusted", ""].contains(self.rootCAs) ? nil : self.rootCAs }

    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        ["PORTICO_\(name)", "NGROK_\(name)"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}

struct ServingOptions: ParsableArguments {
    @Option(name: .customLong("enable-feature-ingress"), help: "Whether Ingresses are served.")
    var ingress = true

    @Option(name: .customLong("enable-feature-gateway"), help: "Whether the Gateway API is served.")
    var gateway = true

    @Flag(name: .customLong("disable-reference-grants"), help: "References to other namespaces need no grant.")
    var disableReferenceGrants = false

    @Option(help: "The controller that classes of Ingresses name to be ours.")
    var ingressControllerName = "ngrok.com/ingress-controller"

    @Option(help: "Behind the names of Services.")
    var clusterDomain = TranslationOptions.usualClusterDomain

    @Option(help: "How Services are reached: service (by name) or endpoints (the addresses of their EndpointSlices).")
    var dial = "service"

    @Option(
        name: .customLong("publish-address"),
        help: "Where visitors reach the edge, a name or an address; it stands in statuses. Repeat it for several."
    )
    var publishedAddresses: [String] = []

    @Option(name: .customLong("default-host"), help: "The host of rules without one; * for any. Repeat it for several.")
    var defaultHosts: [String] = []

    @Option(name: .customLong("ingress-http"), help: "What port 80 does for Ingresses: none, redirect or serve.")
    var plainHTTP = "none"

    @Option(name: .customLong("health-probe-bind-address"), help: "host:port of /healthz and /readyz.")
    var health = ":8081"

    @Option(name: .customLong("metrics-bind-address"), help: "host:port of /metrics.")
    var metrics = ":8080"

    @Option(name: .customLong("zap-log-level"), help: "How much is logged: error, info or debug.")
    var logLevelName = "info"

    var logLevel: Logger.Level { Logger.Level(rawValue: self.logLevelName) ?? .info }

    func validate() throws {
        guard TranslationOptions.Dialling(rawValue: self.dial) != nil else {
            throw ValidationError("--dial is \(self.dial); it can be service or endpoints")
        }
        guard TranslationOptions.PlainHTTP(rawValue: self.plainHTTP) != nil else {
            throw ValidationError("--ingress-http is \(self.plainHTTP); it can be none, redirect or serve")
        }
        guard Logger.Level(rawValue: self.logLevelName) != nil else {
            throw ValidationError("--zap-log-level is \(self.logLevelName); it can be error, info or debug")
        }
    }

    func apply(to configuration: inout OperatorConfiguration) throws(Failure) {
        configuration.features.ingress = self.ingress
        configuration.features.gateway = self.gateway
        configuration.translation.ingressController = self.ingressControllerName
        configuration.translation.clusterDomain = self.clusterDomain
        configuration.translation.dialling = .init(rawValue: self.dial) ?? .names
        configuration.features.addresses = configuration.translation.dialling == .addresses
        configuration.translation.publishedAddresses = self.publishedAddresses
        configuration.translation.defaultHosts = self.defaultHosts
        configuration.translation.plainHTTP = .init(rawValue: self.plainHTTP) ?? .none
        configuration.translation.checksReferenceGrants = !self.disableReferenceGrants
        configuration.health = try Self.address(self.health)
        configuration.metrics = try Self.address(self.metrics)
    }

    /// `:8081` means all addresses; `0` or nothing, none.
    private static func address(_ text: String) throws(Failure) -> DialAddress? {
        guard !text.isEmpty, text != "0" else { return nil }
        do throws(DialAddressError) {
            return try DialAddress(parsing: text.hasPrefix(":") ? "0.0.0.0\(text)" : text, defaultPort: 8081)
        } catch {
            throw Failure(.usage, "The address \(text) \(error)")
        }
    }
}
