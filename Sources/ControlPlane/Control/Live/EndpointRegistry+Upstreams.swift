import Addressing
import EdgeLink
import Model

extension EndpointRegistry {
    /// Makes `upstreams` the static ones. One that goes to the same address as before stays the same endpoint, so that
    /// its kept connections and the counts of its policy's limits stay too.
    ///
    /// - Throws: `configurationInvalid` where others have the URL of a new one; nothing is changed then.
    mutating func replaceUpstreams(with upstreams: [Control.StaticUpstream]) throws(Failure) {
        var before: [EndpointURL: LiveEndpoint] = [:]
        for endpoint in self.all where endpoint.isStatic { before[endpoint.url] = endpoint }
        var put: [LiveEndpoint] = []
        for upstream in upstreams {
            var endpoint = LiveEndpoint(upstream)
            for rival in self.rivals(of: endpoint) where !rival.isStatic {
                throw Failure(
                    .configurationInvalid,
                    "An upstream cannot have \(rival.url): \(rival.isCloud ? "a cloud" : "an agent's") endpoint has it"
                )
            }
            let old = before[upstream.url]
            if let old, old.isSame(as: upstream) {
                before[upstream.url] = nil
                guard old.policy?.text != upstream.policy?.text else { continue }
                endpoint = old
                endpoint.policy = upstream.policy
            }
            put.append(endpoint)
        }
        for old in before.values { self.remove(old.id) }
        for endpoint in put {
            self.remove(endpoint.id)
            self.insert(endpoint)
        }
    }
}

extension LiveEndpoint {
    /// Whether it is served from an address of the configuration.
    var isStatic: Bool {
        guard case .address = self.source else { return false }
        return true
    }

    /// Whether an upstream goes where this endpoint does.
    fileprivate func isSame(as upstream: Control.StaticUpstream) -> Bool {
        guard case .address(let host, let port) = self.source else { return false }
        return self.url == upstream.url && host == upstream.host && port == upstream.port
    }
}
