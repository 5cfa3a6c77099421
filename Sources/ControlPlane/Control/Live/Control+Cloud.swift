import EdgeLink
import Model

/// Cloud endpoints as the data plane has them: records in force. What may be in a record is decided elsewhere.
extension Control {
    /// Puts a cloud endpoint in force. All event loops serve it when this returns.
    ///
    /// - Throws: 18009, 18016 or 18017 where its URL is in use; why the edge cannot serve it. Nothing is served then.
    func admit(cloud endpoint: LiveEndpoint) async throws(Failure) {
        try self.endpoints.admit(cloud: endpoint)
        await self.publish()
        guard let failure = self.publication.failures[endpoint.id] else { return }
        await self.remove(cloud: endpoint.id)
        throw failure
    }

    /// Puts another version of a cloud endpoint in force; its id, account and scheme stay. No connection is touched but
    /// those that are routed anew.
    ///
    /// - Throws: as `admit(cloud:)` does; the version before is in force then. 333 where the endpoint is gone.
    func update(cloud endpoint: LiveEndpoint) async throws(Failure) {
        guard let before = self.endpoints[endpoint.id] else {
            throw Failure(.endpointUnknown, "There is no endpoint \(endpoint.id).")
        }
        try self.endpoints.update(cloud: endpoint)
        await self.publish()
        guard let failure = self.publication.failures[endpoint.id] else { return }
        // Its place was taken meanwhile: then the endpoint is gone, as its owner is told.
        if (try? self.endpoints.update(cloud: before)) == nil { self.endpoints.remove(endpoint.id) }
        await self.publish()
        throw failure
    }

    /// Takes a cloud endpoint out of force; it is offline when this returns.
    func remove(cloud id: ResourceID<EndpointKind>) async {
        self.endpoints.remove(id)
        await self.publish()
    }
}
