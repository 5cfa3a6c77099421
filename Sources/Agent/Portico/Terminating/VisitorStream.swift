import Mux
import NIOCore

/// A visitor's connection as who serves it sees it: a proxied stream, or what is inside the TLS on one.
protocol VisitorStream: AnyObject {
    /// False while a write would have to wait; who reads that is told when it is true again.
    var isWritable: Bool { get }
    var isClosed: Bool { get }
    /// What the visitor speaks inside TLS that ends here, as ALPN names it; nil where that is not known.
    var applicationProtocol: String? { get }

    func write(_ bytes: ByteBuffer)
    /// Nothing more will be written.
    func finish()
    func finish(with bytes: ByteBuffer)
    /// Ends both directions now.
    func reset(_ code: MuxErrorCode)
    /// So much of what was received has been taken.
    func consumed(_ count: Int)
}

extension MuxStream: VisitorStream {
    var applicationProtocol: String? { nil }
}
