import NIOCore
import NIOSSL

/// Why a TLS handshake failed, as far as its error tells.
struct TLSFailure {
    enum Cause: Equatable {
        /// The certificate is not signed by anyone who is trusted, or has expired.
        case untrusted
        /// The certificate is for another name.
        case nameMismatch
        /// The peer does not speak TLS, or no version or cipher of ours.
        case failed(String)
    }

    let cause: Cause

    init(_ error: any Error) {
        self.cause = Self.cause(of: error)
    }

    /// In words that go behind a colon.
    var reason: String {
        switch self.cause {
        case .untrusted: "its certificate is not trusted"
        case .nameMismatch: "its certificate is for another name"
        case .failed(let text): "the TLS handshake failed (\(text))"
        }
    }

    private static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return .nameMismatch
        case let error as ChannelError where [.eof, .ioOnClosedChannel, .alreadyClosed].contains(error):
            return .failed("it closed the connection")
        case let error as IOError:
            return .failed(ConnectFailure(error).reason)
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            return .untrusted
        default:
            let text = "\(error)"
            // The library tells by text alone which check of BoringSSL failed.
            return text.contains("CERTIFICATE_VERIFY_FAILED") ? .untrusted : .failed(Self.short(text))
        }
    }

    /// The name of BoringSSL's error, where there is one.
    private static func short(_ text: String) -> String {
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") { return "it does not speak TLS" }
        if text.contains("EOF") || text.contains("eof") { return "it closed the connection" }
        return String(text.prefix(120))
    }
}
