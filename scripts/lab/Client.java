import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpException;
import org.apache.http.HttpHost;
import org.apache.http.HttpInetConnection;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpRequestExecutor;
import org.apache.http.util.EntityUtils;

/**
 * The client of the lab: asks as ISE does, and says on standard output when it did what.
 *
 * <p>One attempt a line of standard input, fields separated by tabs: id, milliseconds from the start, URL up to the API
 * version, user, proxy (host:port or -), user of the proxy or -, TLS protocols, first local port, pool or -, flags. With the flag
 * `once` the URL is whole, and is asked for once. A name of a thread may follow: what has the same one is done one after the other.
 */
public class Client {
    static final Map<String, CloseableHttpClient> POOLS = new ConcurrentHashMap<>();
    static SSLContext shared;

    static synchronized void say(String id, String event, String text) {
        String clean = text == null ? "null" : text.replace('\n', ' ').replace('\t', ' ');
        System.out.println(System.currentTimeMillis() + "\t" + id + "\t" + event + "\t" + clean);
        System.out.flush();
    }

    static InetSocketAddress local(HttpContext context) {
        return new InetSocketAddress(((AtomicInteger) context.getAttribute("port")).getAndIncrement());
    }

    static SSLContext trusting(String authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (FileInputStream file = new FileInputStream(authority)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    static CloseableHttpClient client(String authority, String[] f, List<String> flags) throws Exception {
        SSLContext tls = flags.contains("resume") ? shared : trusting(authority);
        ConnectionSocketFactory plain = new PlainConnectionSocketFactory() {
            @Override
            public Socket connectSocket(int timeout, Socket socket, HttpHost host, InetSocketAddress to,
                    InetSocketAddress from, HttpContext context) throws IOException {
                return super.connectSocket(timeout, socket, host, to, local(context), context);
            }
        };
        ConnectionSocketFactory secure = new SSLConnectionSocketFactory(tls, f[6].split(","), null,
                SSLConnectionSocketFactory.getDefaultHostnameVerifier()) {
            @Override
            public Socket connectSocket(int timeout, Socket socket, HttpHost host, InetSocketAddress to,
                    InetSocketAddress from, HttpContext context) throws IOException {
                return super.connectSocket(timeout, socket, host, to, local(context), context);
            }
        };
        PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager(RegistryBuilder
                .<ConnectionSocketFactory>create().register("http", plain).register("https", secure).build());
        connections.setValidateAfterInactivity(flags.contains("stale") ? -1 : 2000);
        if (flags.contains("impatient")) {
            connections.setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(6000).build());
        }
        int wait = flags.contains("long") ? 70000 : 8000;
        RequestConfig.Builder config = RequestConfig.custom().setConnectTimeout(wait)
                .setSocketTimeout(6000).setRedirectsEnabled(flags.contains("redirects"));
        HttpClientBuilder builder = HttpClients.custom().setConnectionManager(connections);
        builder.setRequestExecutor(new HttpRequestExecutor() {
            @Override
            public HttpResponse execute(HttpRequest request, HttpClientConnection connection, HttpContext context)
                    throws IOException, HttpException {
                if (connection instanceof HttpInetConnection inet) {
                    say((String) context.getAttribute("id"), "port", "" + inet.getLocalPort());
                }
                return super.execute(request, connection, context);
            }
        });
        if (!flags.contains("repeat")) {
            builder.disableAutomaticRetries();
        }
        if (!f[4].equals("-")) {
            int colon = f[4].lastIndexOf(':');
            HttpHost proxy = new HttpHost(f[4].substring(0, colon), Integer.parseInt(f[4].substring(colon + 1)));
            config.setProxy(proxy);
            if (!f[5].equals("-")) {
                BasicCredentialsProvider credentials = new BasicCredentialsProvider();
                credentials.setCredentials(new AuthScope(proxy), new UsernamePasswordCredentials(f[5], "secret"));
                builder.setDefaultCredentialsProvider(credentials);
            }
        }
        return builder.setDefaultRequestConfig(config.build()).build();
    }

    static void attempt(String authority, String[] f) {
        List<String> flags = List.of(f[9].split(","));
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute("port", new AtomicInteger(Integer.parseInt(f[7])));
        context.setAttribute("id", f[0]);
        CloseableHttpClient client = null;
        try {
            client = f[8].equals("-") ? client(authority, f, flags) : POOLS.get(f[8]);
            boolean once = flags.contains("once");
            for (int version = 3; version >= (once ? 3 : 2); version--) {
                HttpGet get = new HttpGet(once ? f[2] : f[2] + version);
                String user = Base64.getEncoder().encodeToString((f[3] + ":secret").getBytes(StandardCharsets.UTF_8));
                get.setHeader("Authorization", "Basic " + user);
                say(f[0], "get", "" + version);
                try (CloseableHttpResponse response = client.execute(get, context)) {
                    int status = response.getStatusLine().getStatusCode();
                    say(f[0], "status", status + " " + response.getStatusLine().getReasonPhrase());
                    String body = EntityUtils.toString(response.getEntity());
                    say(f[0], "body", body);
                    if (status != 401 && !(status == 404 && flags.contains("retry404"))) {
                        break;
                    }
                }
            }
        } catch (Throwable e) {
            say(f[0], "error", e.getClass().getName() + "|" + e.getMessage());
        } finally {
            try {
                if (client != null && f[8].equals("-")) {
                    client.close();
                }
            } catch (IOException e) {
                say(f[0], "close", e.toString());
            }
            say(f[0], "end", "");
        }
    }

    public static void main(String[] args) throws Exception {
        Security.setProperty("networkaddress.cache.ttl", args[1]);
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Security.setProperty("jdk.tls.disabledAlgorithms", "SSLv3, RC4");
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        shared = trusting(args[0]);
        List<String[]> lines = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null && !line.isEmpty();) {
            lines.add(line.split("\t"));
        }
        for (String[] f : lines) {
            if (!f[8].equals("-") && !POOLS.containsKey(f[8])) {
                POOLS.put(f[8], client(args[0], f, List.of(f[9].split(","))));
            }
        }
        say("-", "ready", "");
        in.readLine();
        long start = System.currentTimeMillis();
        Map<String, List<String[]>> work = new LinkedHashMap<>();
        for (String[] f : lines) {
            work.computeIfAbsent(f.length > 10 ? f[10] : "of " + f[0], name -> new ArrayList<>()).add(f);
        }
        List<Thread> threads = new ArrayList<>();
        for (List<String[]> own : work.values()) {
            own.sort((a, b) -> Long.compare(Long.parseLong(a[1]), Long.parseLong(b[1])));
            Thread thread = new Thread(() -> {
                for (String[] f : own) {
                    try {
                        Thread.sleep(Math.max(20, start + Long.parseLong(f[1]) - System.currentTimeMillis()));
                    } catch (InterruptedException e) {
                        return;
                    }
                    attempt(args[0], f);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.exit(0);
    }
}
