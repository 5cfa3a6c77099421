import EdgeLink
import Model

extension EndpointRegistry {
    /// Lets a cloud endpoint in.
    ///
    /// - Throws: 18009, 18016 or 18017 when others have the URL and do not share it with this one. Agents that were lost
    ///   a moment ago still have theirs.
    mutating func admit(cloud endpoint: LiveEndpoint) throws(Failure) {
        precondition(endpoint.isCloud && self[endpoint.id] == nil, "a cloud endpoint is admitted once")
        try self.check(cloud: endpoint)
        self.insert(endpoint)
    }

    /// Puts the endpoint as it is now in the place of the one with its id: URL, binding, policy and pooling may be
    /// others. Traffic that is under way goes on as it began.
    ///
    /// - Throws: as `admit(cloud:)` does; the endpoint is as it was then.
    mutating func update(cloud endpoint: LiveEndpoint) throws(Failure) {
        precondition(endpoint.isCloud, "the endpoints of agents are patched")
        try self.check(cloud: endpoint)
        self.remove(endpoint.id)
        self.insert(endpoint)
    }

    /// Whether the endpoint may stand where its URL says. Nothing is changed.
    func check(cloud endpoint: LiveEndpoint) throws(Failure) {
        for rival in self.rivals(of: endpoint) where !Self.mayStand(endpoint, beside: rival) {
            throw Self.conflict(of: endpoint, with: rival)
        }
    }

    private static func conflict(of endpoint: LiveEndpoint, with rival: LiveEndpoint) -> Failure {
        let url = endpoint.url
        guard rival.account == endpoint.account, rival.url == url, rival.isPooled != endpoint.isPooled else {
            return Failure(.cloudURLTaken, "\(url) is in use.")
        }
        return endpoint.isPooled
            ? Failure(.poolNotShared, "Another endpoint serves \(url), and pooling is not enabled on it.")
            : Failure(.poolNotJoined, "Other endpoints share \(url), and pooling is not enabled on this one.")
    }
}
