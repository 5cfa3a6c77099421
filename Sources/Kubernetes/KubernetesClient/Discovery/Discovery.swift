/// Which versions of which kinds a server has, asked for when it is wanted and kept for half a minute: definitions come
/// and go while we run.
package actor Discovery {
    /// For how long an answer is kept.
    package nonisolated let lifetime: Duration

    private struct Held {
        /// The plural names that the server has, by group and version.
        let plurals: Set<String>
        let readAt: ContinuousClock.Instant
    }

    private let client: ClusterClient
    private var held: [String: Held] = [:]

    package init(_ client: ClusterClient, lifetime: Duration = .seconds(30)) {
        self.client = client
        self.lifetime = lifetime
    }

    /// The best version of a kind that the server has; nil where it has none that we can read.
    package func type(of kind: ResourceKind) async throws(ClusterError) -> ResourceType? {
        for version in kind.versions {
            let type = ResourceType(kind, version: version)
            if try await self.plurals(of: type.apiVersion, at: type.root).contains(kind.plural) { return type }
        }
        return nil
    }

    /// What was found out is asked for again: a kind that was there is gone.
    package func forget() { self.held = [:] }

    private func plurals(of apiVersion: String, at path: String) async throws(ClusterError) -> Set<String> {
        if let held = self.held[apiVersion], .now - held.readAt < self.lifetime { return held.plurals }
        var plurals: Set<String> = []
        do {
            let answer = try await self.client.send(ClusterRequest(.get, path))
            plurals = Set(try ClusterClient.decode(ServedResources.self, from: answer).resources.map(\.name))
        } catch  where error.isMissing {
            // There is no such group, or no such version of it.
        }
        // Twice at the same time does no harm: both ask the same, and the later answer stays.
        self.held[apiVersion] = Held(plurals: plurals, readAt: .now)
        return plurals
    }
}

/// What a server has in one version of a group (`APIResourceList`).
private struct ServedResources: Decodable {
    struct Resource: Decodable {
        let name: String
    }

    let resources: [Resource]
}
