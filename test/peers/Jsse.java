import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS client or server of the JDK's own; its settings are words like port=443. */
public final class Jsse {
	private static final char[] PASSWORD = "password".toCharArray();
	private static final Map<String, String> settings = new HashMap<>();

	public static void main(String[] words) throws Exception {
		for (String word : words) {
			int at = word.indexOf('=');
			settings.put(word.substring(0, at), word.substring(at + 1));
		}
		SSLContext context = SSLContext.getInstance("TLS");
		KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
		keys.init(keyStore(), PASSWORD);
		TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
		trust.init(trustStore());
		context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
		if (settings.containsKey("port")) {
			int times = Integer.parseInt(settings.getOrDefault("times", "1"));
			for (int n = 0; n < times; n++) {
				ask(context);
			}
		} else {
			serve(context);
		}
	}

	/** Says its text, closes its direction, and shows what comes until the other side's EOF. */
	private static void ask(SSLContext context) throws Exception {
		Socket tcp = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(settings.get("port")));
		String name = settings.get("name");
		SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, name, tcp.getPort(), true);
		SSLParameters parameters = parameters(tls.getSSLParameters());
		parameters.setServerNames(List.of(new SNIHostName(name)));
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		tls.setSSLParameters(parameters);
		tls.startHandshake();
		tls.getOutputStream().write(settings.get("say").getBytes());
		tls.getOutputStream().flush();
		tls.shutdownOutput();
		tls.getInputStream().transferTo(System.out);
		System.out.flush();
	}

	/** Sends everything back, and after the other side's EOF what was agreed upon. */
	private static void serve(SSLContext context) throws Exception {
		InetAddress address = InetAddress.getLoopbackAddress();
		SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 9, address);
		server.setSSLParameters(parameters(server.getSSLParameters()));
		server.setNeedClientAuth(settings.containsKey("asks"));
		System.out.println(server.getLocalPort());
		for (;;) {
			try (SSLSocket tls = (SSLSocket) server.accept()) {
				tls.startHandshake();
				tls.getInputStream().transferTo(tls.getOutputStream());
				tls.getOutputStream().flush();
				tls.shutdownOutput();
			} catch (Exception failure) {
				System.err.println(failure);
			}
		}
	}

	private static SSLParameters parameters(SSLParameters parameters) {
		parameters.setProtocols(new String[] { settings.get("version") });
		if (settings.containsKey("suite")) {
			parameters.setCipherSuites(new String[] { settings.get("suite") });
		}
		if (settings.containsKey("protocols")) {
			parameters.setApplicationProtocols(settings.get("protocols").split(","));
		}
		return parameters;
	}

	private static KeyStore keyStore() throws Exception {
		if (!settings.containsKey("keys")) {
			return null;
		}
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream file = new FileInputStream(settings.get("keys"))) {
			store.load(file, PASSWORD);
		}
		return store;
	}

	private static KeyStore trustStore() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		try (InputStream file = new FileInputStream(settings.get("trusted"))) {
			store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
		}
		return store;
	}
}
