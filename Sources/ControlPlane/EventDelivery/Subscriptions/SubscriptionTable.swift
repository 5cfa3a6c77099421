package import Control
internal import Events
internal import Foundation
package import Model
package import Store

/// Which events go where: one immutable value, made anew when a subscription or a destination changes.
package struct SubscriptionTable: Sendable {
    /// One destination of one source of one subscription.
    package struct Route: Sendable {
        package let destination: String
        /// Nil for all events of the type.
        let filter: EventFilter?
        /// Nil for whole events.
        let fields: Set<String>?
        /// Events that happened before are none of it.
        let since: Date
    }

    package private(set) var destinations: [String: Stored<EventDestinationRecord>] = [:]
    private var routes: [ResourceID<AccountKind>: [String: [Route]]] = [:]

    package init() {}

    init(
        _ destinations: [Stored<EventDestinationRecord>],
        _ subscriptions: [Stored<EventSubscriptionRecord>]
    ) {
        self.destinations = Dictionary(uniqueKeysWithValues: destinations.map { ($0.id.text, $0) })
        for subscription in subscriptions {
            guard let account = subscription.owner else { continue }
            for source in subscription.document.sources {
                guard let filter = Self.filter(of: source) else { continue }
                let isWhole = EventType.named(source.type)?.fields == nil
                for id in subscription.document.destinations where self.destinations[id]?.owner == account {
                    let route = Route(
                        destination: id,
                        filter: filter.value,
                        fields: isWhole ? nil : Set(source.fields),
                        since: subscription.document.created
                    )
                    self.routes[account, default: [:]][source.type, default: []].append(route)
                }
            }
        }
    }

    private struct Compiled {
        let value: EventFilter?
    }

    /// Nil where the filter does not compile: its events are not sent.
    private static func filter(of source: EventSubscriptionRecord.Source) -> Compiled? {
        guard !source.filter.isEmpty else { return Compiled(value: nil) }
        guard let fields = EventType.named(source.type)?.fields,
            let filter = try? EventFilter(source.filter, fields)
        else { return nil }
        return Compiled(value: filter)
    }

    /// Where events of a type go that an account has.
    package func routes(of account: ResourceID<AccountKind>?, _ type: String) -> [Route] {
        account.flatMap { self.routes[$0]?[type] } ?? []
    }

    /// Whether events of traffic are wanted at all, and whether the fields of heads are.
    var wanted: WantedEvents {
        var wanted = WantedEvents()
        for types in self.routes.values {
            for type in [EventType.httpRequestComplete, .tcpConnectionClosed] {
                for route in types[type.name] ?? [] {
                    wanted.events = true
                    if type == .httpRequestComplete, route.wantsHeads { wanted.heads = true }
                }
            }
        }
        return wanted
    }

    /// The destinations to which audit events go.
    var audited: Set<String> {
        let traffic: Set<String> = [EventType.httpRequestComplete.name, EventType.tcpConnectionClosed.name]
        return Set(
            self.routes.values.flatMap { types in
                types.filter { !traffic.contains($0.key) }.values.flatMap { $0.map(\.destination) }
            }
        )
    }
}

extension SubscriptionTable.Route {
    fileprivate var wantsHeads: Bool {
        self.fields?.contains { $0 == "http.request.headers" || $0 == "http.response.headers" } ?? true
    }
}
