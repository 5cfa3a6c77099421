import Model
import NIOCore
import Portico

/// Fetches the policy of `--traffic-policy-url`, once.
struct PolicyDownload {
    private let url: String
    /// Bytes of the body.
    private let limit: Int

    init(_ url: String, limit: Int) {
        self.url = url
        self.limit = limit
    }

    /// - Throws: where the URL cannot be read, or gives no text with status 200.
    func text() async throws(PorticoError) -> String {
        var download = WebDownload(limit: self.limit)
        download.accept = "application/yaml, application/json, */*;q=0.5"
        do throws(WebDownload.Problem) {
            let bytes = try await download.bytes(of: self.url)
            guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
                throw WebDownload.Problem("it is no UTF-8 text")
            }
            return text
        } catch {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.policyInvalid.name,
                "The traffic policy \(self.url.quotedForDisplay) is not usable: \(error).",
                remedy: "Correct --traffic-policy-url, or fetch the policy and give --traffic-policy-file."
            )
        }
    }
}
