package import NIOCore

/// Changes a response's body while it passes: compression, replacing in event streams.
///
/// One filter serves one response. Filters of a response run one behind the other, in the order in which actions put
/// them there.
package protocol ResponseFilter: AnyObject {
    /// Takes the next piece of the body and appends what goes on of it to `output`. It holds back no more than a bound of
    /// its own.
    ///
    /// - Throws: where the body cannot be what it says; the response is then broken off.
    func push(_ piece: ByteBuffer, into output: inout ByteBuffer) throws

    /// The body is complete: appends what was held back.
    func finish(into output: inout ByteBuffer) throws
}
