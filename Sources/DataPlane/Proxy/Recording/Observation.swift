package import Events

/// What is recorded of every request of visitors, beside numbers. Nothing, unless somebody is there to take it.
package struct Observation: Sendable {
    /// Takes the event of each request and of each TCP or TLS connection.
    package var accessLog: (any EventSink)?
    /// Takes the same while somebody has subscribed to them, and of HTTP connections too.
    package var subscribers: (any SubscribedEvents)?
    /// Takes the events of requests that are traced.
    package var traces: (any EventSink)?
    /// Of a thousand requests, so many are traced.
    package var tracedPerMille = 10
    /// Whether a visitor that says whether its request is traced decides that.
    package var followsVisitors = false
    /// Whether upstreams are told the number of each request.
    package var passesRequestIDs = false

    package init() {}

    /// Calls `change` when what those who subscribe want has become another: the loops are to take that up then.
    package func whenWantedChanges(_ change: @escaping @Sendable () async -> Void) {
        self.subscribers?.onChange(change)
    }

    /// Whether requests are recorded whoever has subscribed.
    var isActive: Bool { self.accessLog != nil || self.traces != nil || self.passesRequestIDs }
}
