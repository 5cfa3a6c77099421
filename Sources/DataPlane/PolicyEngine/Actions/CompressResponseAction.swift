import Expression
import Model
import TrafficPolicy

/// Compresses the response as the visitor's `Accept-Encoding` allows (`spec/traffic-policy.md` 4.6).
struct CompressResponseAction: PolicyAction {
    private static let alreadyCompressed = ResultSlot(.compressResponse, "compress.already_compressed")
    private static let negotiated = ResultSlot(.compressResponse, "compress.negotiated_algorithm")

    private let codings: [ContentCoding]

    init(_ configuration: CompressResponseConfiguration, _ place: ActionPlace) {
        self.codings = configuration.algorithms.map(\.coding)
    }

    func run(on exchange: Exchange) -> Verdict {
        let decision = ResponseCompression(
            of: exchange.response.head,
            status: exchange.response.status,
            hasBody: exchange.responseHasBody,
            acceptEncoding: exchange.request.head.values("accept-encoding"),
            allowed: self.codings
        )
        guard case .compress(let coding) = decision else {
            self.publish(decision == .alreadyCompressed, nil, on: exchange)
            return .next
        }
        do throws(CompressionError) {
            let compressor = try coding.makeCompressor()
            exchange.addResponseFilter(CompressionFilter(compressor, algorithm: coding.token, for: exchange))
        } catch {
            return ActionError(.policyMemory, "There is no memory to compress the answer.", detail: "\(error)").verdict
        }
        exchange.response.head.becomeCompressed(with: coding)
        exchange.response.contentLength = nil
        self.publish(false, coding, on: exchange)
        return .next
    }

    private func publish(_ isCompressed: Bool, _ coding: ContentCoding?, on exchange: Exchange) {
        exchange.publish(
            .compressResponse,
            [(Self.alreadyCompressed, .bool(isCompressed)), (Self.negotiated, .string(coding?.token ?? ""))]
        )
    }
}

extension CompressResponseConfiguration.Algorithm {
    fileprivate var coding: ContentCoding {
        switch self {
        case .gzip: .gzip
        case .deflate: .deflate
        case .brotli: .brotli
        case .compress: .compress
        case .zstd: .zstd
        }
    }
}

extension Exchange {
    /// Whether a body follows the response's head (RFC 9110 §6.4.1).
    var responseHasBody: Bool {
        let status = self.response.status
        return self.request.method != "HEAD" && status >= 200 && status != 204 && status != 205 && status != 304
    }
}
