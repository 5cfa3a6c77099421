internal import EdgeLink
internal import Logging
package import Model

extension Control {
    /// Makes what of `configuration` can change while an edge serves the one in force: the static upstreams, how long
    /// lost endpoints are held, whether agents need reservations, and where certificates are obtained. All of it is in force when this returns; what did
    /// not change is not touched.
    ///
    /// - Throws: `configurationInvalid` where an agent's or a cloud endpoint has the URL of a new upstream; nothing is
    ///   changed then.
    package func reload(_ configuration: Configuration) async throws(Failure) {
        try self.endpoints.replaceUpstreams(with: configuration.staticUpstreams)
        self.holdTime = configuration.holdTime
        self.requiresReservations = configuration.requiresReservations
        self.keepCertificatesAnew(as: configuration.acme)
        await self.publish()
        self.reportUnservedUpstreams()
    }

    func reportUnservedUpstreams() {
        for endpoint in self.endpoints.all where endpoint.isStatic {
            guard let failure = self.publication.failures[endpoint.id] else { continue }
            self.logger.error(
                "static upstream is not served",
                metadata: ["endpoint.url": "\(endpoint.url)", "error.code": "\(failure.code.name)"]
            )
        }
    }
}
