/// What the data plane of an edge is told when it is made.
package struct ProxyConfiguration: Sendable {
    /// The bounds within which it works; they alone may change later.
    package var limits = ProxyLimits()
    /// What is recorded of requests.
    package var observation = Observation()
    /// What is captured of traffic.
    package var capture = CaptureConfiguration()
    /// What policies are told of this edge.
    package var policy = PolicyEnvironment()

    package init() {}
}
