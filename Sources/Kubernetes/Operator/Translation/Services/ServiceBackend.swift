import Addressing
import KubernetesClient

/// One port of a Service, as a route sends requests to it.
struct ServiceBackend: Hashable {
    let key: ObjectKey
    let uid: String
    let port: Int
    var upstream: DesiredUpstream
    /// Where addresses are dialled: whether there is any.
    var hasAddresses: Bool { self.upstream.addresses.map { !$0.isEmpty } ?? true }
}

/// Why a route cannot send requests to what it names.
enum BackendProblem: Error, Equatable {
    case notFound(String)
    /// An address that nobody outside should reach through the cluster.
    case refused(String)

    var message: String {
        switch self {
        case .notFound(let words), .refused(let words): words
        }
    }
}

/// Which of a Service's ports is meant.
enum PortChoice: Hashable {
    case number(Int)
    case name(String)
    /// The only one that there is.
    case only
}

/// What routes of a kind speak where nothing says otherwise.
enum BackendProtocol {
    case http, grpc, tcp, tls
}
