import APIServer
import Settings

extension EdgeProgramConfiguration {
    /// What the API is told of one of its addresses.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - certificate: with which it is served where others than this machine reach it.
    /// - Returns: with the bounds that were set.
    func api(on address: ListenAddress, _ certificate: APICertificate) -> APIServerConfiguration {
        var api = APIServerConfiguration(host: address.host, port: Int(address.port))
        api.certificate = address.isLoopback ? nil : certificate
        api.publicURL = self.published.apiURL?.description
        api.callsPerMinute = self.limits.apiCalls
        api.failuresPerMinute = self.limits.apiFailures
        return api
    }
}
