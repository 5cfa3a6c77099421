import Addressing
import Expression
import Model

extension VariableTable {
    /// `conn` and `conn.geo`.
    static let connection: [NamedReader] = [
        .init("conn.bytes_in") { $0.host.map { .number($0.bytesIn) } },
        .init("conn.bytes_out") { $0.host.map { .number($0.bytesOut) } },
        .init("conn.client_ip") { $0.connection.clientText.map(Value.string) },
        .init("conn.client_port") { $0.connection.client.map { .number($0.port) } },
        .init("conn.server_ip") { $0.connection.serverText.map(Value.string) },
        .init("conn.server_port") { $0.connection.server.map { .number($0.port) } },
        .init("conn.server_region") { .present($0.connection.region) },
        .init("conn.ts.start") { .timestamp($0.connection.start) },
        .init("conn.geo.city") { .present($0.connection.clientOrigin?.location.city) },
        .init("conn.geo.country") { .present($0.connection.clientOrigin?.location.country) },
        .init("conn.geo.country_code") { .present($0.connection.clientOrigin?.location.countryCode) },
        .init("conn.geo.latitude") { .present($0.connection.clientOrigin?.location.latitude) },
        .init("conn.geo.longitude") { .present($0.connection.clientOrigin?.location.longitude) },
        .init("conn.geo.radius") { .present($0.connection.clientOrigin?.location.radius) },
        .init("conn.geo.subdivision") { .present($0.connection.clientOrigin?.location.subdivision) },
    ]

    /// What is known of the two addresses of a connection.
    static let addresses: [NamedReader] =
        origin("conn.client_ip") { $0.connection.clientOrigin }
        + origin("conn.server_ip") { $0.connection.serverOrigin }

    private static func origin(
        _ name: String,
        _ origin: @escaping @Sendable (Exchange) -> AddressOrigin?
    ) -> [NamedReader] {
        let own: [NamedReader] = [
            .init("\(name).categories") { .present(origin($0)?.categories) },
            .init("\(name).is_on_blocklist") { origin($0).map { .bool($0.isOnBlocklist) } },
            .init("\(name).is_tor_node") { origin($0).map { .bool($0.isTorNode) } },
            .init("\(name).as.number") { origin($0)?.systemNumber.map { .number($0) } },
            .init("\(name).as.organization") { .present(origin($0)?.systemOrganization) },
        ]
        return own + place("\(name).geo.location") { origin($0)?.location }
            + place("\(name).geo.registered_location") { origin($0)?.registration }
    }

    /// All members; a place of registration has fewer variables, and the rest of these is asked for by no one.
    private static func place(
        _ name: String,
        _ place: @escaping @Sendable (Exchange) -> AddressOrigin.Place?
    ) -> [NamedReader] {
        [
            .init("\(name).city") { .present(place($0)?.city) },
            .init("\(name).continent") { .present(place($0)?.continent) },
            .init("\(name).country") { .present(place($0)?.country) },
            .init("\(name).country_code") { .present(place($0)?.countryCode) },
            .init("\(name).latitude") { .present(place($0)?.latitude) },
            .init("\(name).longitude") { .present(place($0)?.longitude) },
            .init("\(name).metro_code") { .present(place($0)?.metroCode) },
            .init("\(name).postal_code") { .present(place($0)?.postalCode) },
            .init("\(name).radius") { .present(place($0)?.radius) },
            .init("\(name).subdivision") { .present(place($0)?.subdivision) },
            .init("\(name).timezone") { .present(place($0)?.timeZone) },
            .init("\(name).is_eu") { place($0).map { .bool($0.isInEU) } },
        ]
    }

    /// `conn.k8s.pod`. Unset members read as empty texts, which policies compare with.
    static let pod: [NamedReader] = [
        .init("conn.k8s.pod.id") { .present($0.connection.pod?.id) },
        .init("conn.k8s.pod.metadata.name") { .present($0.connection.pod?.name) },
        .init("conn.k8s.pod.metadata.namespace") { .present($0.connection.pod?.namespace) },
        .init("conn.k8s.pod.metadata.annotations") {
            $0.connection.pod.map { .record($0.annotations.map { ($0.name, .string($0.value)) }) }
        },
        .init("conn.k8s.pod.metadata.error_code") { .present($0.connection.pod?.errorCode) },
        .init("conn.k8s.pod.metadata.error_message") { .present($0.connection.pod?.errorMessage) },
    ]

    /// `endpoint` and `time`.
    static let endpoint: [NamedReader] = [
        .init("endpoint.addr") { .string($0.endpoint.address) },
        .init("endpoint.host") { .string($0.endpoint.host) },
        .init("endpoint.id") { .string($0.endpoint.id.text) },
        .init("endpoint.port") { .number($0.endpoint.port) },
        .init("endpoint.protocol") { .string($0.endpoint.scheme.rawValue) },
        .init("endpoint.url") { .string($0.endpoint.url) },
        .init("time.now") { $0.phaseTime },
    ]
}

extension AddressOrigin {
    /// Whether one of its categories is a blocklist's.
    var isOnBlocklist: Bool { self.categories.contains { $0 == "blocklist" || $0.hasPrefix("blocklist.") } }

    var isTorNode: Bool { self.categories.contains("proxy.anonymous.tor") }
}

extension Exchange {
    /// The time in the phase that runs, read once.
    fileprivate var phaseTime: Value? {
        if let time = self.caches.phaseTime { return time }
        let time = self.host.map { Value.string($0.now.text) }
        self.caches.phaseTime = time
        return time
    }
}
