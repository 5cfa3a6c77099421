import Foundation
import Model
package import NIOCore
import NIOPosix

extension Upstream {
    /// Whether something listens there: connects, says nothing, and closes. Of a folder, whether it is one.
    ///
    /// - Throws: of kind `.unreachable`, with the reason.
    package func probe(patience: TimeAmount) async throws(PorticoError) {
        if let folder = self.folder {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                throw PorticoError(
                    .unreachable,
                    code: ErrorCode.upstreamUnreachable.name,
                    "There is no folder \(folder.quotedForDisplay).",
                    remedy: "Make it, or name the folder whose files are to be served."
                )
            }
            return
        }
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(patience)
                .connect(host: self.host, port: self.port)
                .get()
            channel.close(promise: nil)
        } catch {
            let reason = ConnectFailure(error).reason
            throw PorticoError(
                .unreachable,
                .upstreamUnreachable,
                "The service at \(self) cannot be reached: \(reason)."
            )
        }
    }
}
