import Foundation

extension ClusterConfiguration {
    /// Where a pod finds who it is.
    package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// What a pod is told by its surroundings.
    ///
    /// - Parameters:
    ///   - environment: names the server.
    ///   - folder: holds `token`, which changes, `ca.crt` and `namespace`.
    /// - Returns: nil outside of a cluster.
    /// - Throws: where one of the files cannot be read.
    package static func inCluster(
        environment: [String: String],
        folder: String = Self.serviceAccountFolder
    ) throws(ClusterConfigurationError) -> ClusterConfiguration? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], UInt16(port) != nil
        else { return nil }
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let token = "\(folder)/token"
        _ = try SmallFile.text(at: token)
        var configuration = ClusterConfiguration(
            server: "https://\(authority)",
            trust: .pem(try SmallFile.text(at: "\(folder)/ca.crt")),
            credentials: .tokenFile(token)
        )
        let namespace = try SmallFile.text(at: "\(folder)/namespace").trimmingCharacters(in: .whitespacesAndNewlines)
        if !namespace.isEmpty { configuration.namespace = namespace }
        return configuration
    }

    /// The cluster that a program is to work in: that of a file where one is named, by `path` or by `KUBECONFIG`, and else
    /// the one that it runs in.
    ///
    /// - Throws: also where there is none of these.
    package static func find(
        kubeconfig path: String?,
        environment: [String: String],
        folder: String = Self.serviceAccountFolder
    ) throws(ClusterConfigurationError) -> ClusterConfiguration {
        if let path = path ?? environment["KUBECONFIG"], !path.isEmpty {
            return try Kubeconfig.load(path).configuration()
        }
        if let found = try Self.inCluster(environment: environment, folder: folder) { return found }
        throw ClusterConfigurationError(
            "no cluster is named: neither --kubeconfig nor KUBECONFIG is set, and KUBERNETES_SERVICE_HOST is not there either"
        )
    }
}

/// Files that say who we are: none is long.
enum SmallFile {
    static let limit = 1 << 20

    static func text(at path: String) throws(ClusterConfigurationError) -> String {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            // What could be read was read; closing a file that was only read loses nothing.
            defer { try? file.close() }
            bytes = try file.read(upToCount: Self.limit + 1) ?? Data()
        } catch {
            throw ClusterConfigurationError("\(path) cannot be read: \(error.localizedDescription)")
        }
        guard bytes.count <= Self.limit else {
            throw ClusterConfigurationError("\(path) is longer than \(Self.limit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ClusterConfigurationError("\(path) is not UTF-8")
        }
        return text
    }
}
