import Foundation
import Model
import NIOCore
import NIOPosix

/// The interface of this machine that the agent's connections leave by.
struct NetworkInterface: Sendable {
    /// What the system says about it.
    struct Unusable: Error {
        let error: PorticoError

        /// The one among the errors of a connect.
        static func within(_ error: any Error) -> Unusable? {
            if let unusable = error as? Unusable { return unusable }
            return (error as? NIOConnectionError)?.connectionErrors.lazy.compactMap { $0.error as? Unusable }.first
        }
    }

    private let name: String

    /// - Throws: `.invalidConfiguration` where there is no such interface.
    init(_ name: String) throws(PorticoError) {
        self.name = name
        guard if_nametoindex(name) != 0 else { throw Self.unusable(name, "there is none of that name") }
    }

    /// Lets a socket that is not connected yet send by this interface alone.
    func bind(_ channel: any Channel) -> EventLoopFuture<Void> {
        let name = self.name
        #if os(Linux)
            guard let options = channel as? any SocketOptionProvider else {
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            return options.unsafeSetSocketOption(
                level: .socket,
                name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE),
                value: InterfaceName(name)
            ).flatMapErrorThrowing { error in
                let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() }
                throw Unusable(error: Self.unusable(name, reason ?? "\(error)"))
            }
        #else
            return channel.eventLoop.makeFailedFuture(
                Unusable(error: Self.unusable(name, "it can be chosen on Linux alone"))
            )
        #endif
    }

    private static func unusable(_ name: String, _ reason: String) -> PorticoError {
        PorticoError(
            .invalidConfiguration,
            .interfaceUnusable,
            "The network interface \(name.quotedForDisplay) cannot be used: \(reason)."
        )
    }
}

#if os(Linux)
    /// A name as the kernel takes it: IFNAMSIZ bytes, the last of them zero.
    private struct InterfaceName: Sendable {
        private var bytes: (UInt64, UInt64) = (0, 0)

        init(_ name: String) {
            withUnsafeMutableBytes(of: &self.bytes) { $0.copyBytes(from: name.utf8.prefix(15)) }
        }
    }
#endif
