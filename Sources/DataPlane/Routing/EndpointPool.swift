package import Addressing
package import EdgeLink
package import Model

/// The endpoints that share one URL, as one edge sees them. Never empty.
///
/// A class, as its members are: a request takes one reference to each, not one to each of the strings within.
package final class EndpointPool: Sendable {
    package let place: EndpointPlace
    package let members: [Member]

    /// One endpoint of a pool.
    package final class Member: Sendable {
        package let endpoint: RoutedEndpoint
        /// The endpoint's number as long as it is served, below `RoutingTable.slotLimit`, so that a loop keeps what
        /// belongs to a member in an array. Afterwards it may be another's.
        package let slot: Int

        init(endpoint: RoutedEndpoint, slot: Int) {
            self.endpoint = endpoint
            self.slot = slot
        }
    }

    /// Those of `members` that can take traffic; none while all of them wait for their agents to come back.
    private let candidates: [Int]

    init(place: EndpointPlace, members: [Member]) {
        self.place = place
        self.members = members
        self.candidates = members.indices.filter {
            if case .held = members[$0].endpoint.target { false } else { true }
        }
    }

    package var url: EndpointURL { self.place.url }

    /// A member drawn evenly; nil when the pool is held.
    package func draw(using random: inout some RandomNumberGenerator) -> Member? {
        switch self.candidates.count {
        case 0: nil
        case 1: self.members[self.candidates[0]]
        default: self.candidates.randomElement(using: &random).map { self.members[$0] }
        }
    }

    /// A member drawn evenly from those other than `tried`, for the one further attempt that a request may have.
    package func draw(
        otherThan tried: ResourceID<EndpointKind>,
        using random: inout some RandomNumberGenerator
    ) -> Member? {
        self.candidates.filter { self.members[$0].endpoint.id != tried }.randomElement(using: &random)
            .map { self.members[$0] }
    }
}
