import Addressing

/// Which addresses may visit the public endpoints of an account, on one event loop. Another list is another object, so
/// that a connection knows by its identity what it has passed.
final class VisitorRestriction {
    private let list: IPAccessList

    init(_ list: IPAccessList) {
        self.list = list
    }

    /// The address is that of the TCP connection, whatever a request says. A visitor without one does not get in.
    func allows(_ visitor: Visitor) -> Bool {
        visitor.address.map { self.list.decision(for: $0.ip) == .allow } ?? false
    }
}
